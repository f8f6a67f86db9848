/**
 * What a request says beside its path and body: dry run, field manager, selectors, pages, versions.
 * Source: meta/v1 ListOptions, CreateOptions, UpdateOptions, PatchOptions, DeleteOptions and their validation
 * (apimachinery pkg/apis/meta/v1/validation, pkg/apis/meta/internalversion/validation).
 */
import { type FieldError, forbidden, invalid, notSupported, required } from '@muster/api/field-error.ts'
import { validateFieldManager } from '@muster/api/metadata/managed-fields.ts'
import { badRequest, invalid as invalidStatus } from '@muster/api/status.ts'
import { isTrue } from './request-info.ts'

/** What becomes of fields that no schema knows, and of fields given twice. */
export type FieldValidation = 'Ignore' | 'Warn' | 'Strict'

/** Of create, update and patch. */
export interface WriteOptions {
  readonly dryRun: boolean
  /** Empty when not given; then the User-Agent decides. */
  readonly fieldManager: string
  readonly fieldValidation: FieldValidation
  /** Only with apply. */
  readonly force: boolean
}

/** What happens to the objects that a deleted one owns. */
export type PropagationPolicy = 'Orphan' | 'Background' | 'Foreground'

/** Of delete and deletecollection. */
export interface DeleteOptions {
  readonly dryRun: boolean
  readonly gracePeriodSeconds?: number
  /** Absent where the client leaves it to the kind. */
  readonly propagationPolicy?: PropagationPolicy
  /** The old way to say it; an answer is 202 then while the object is still there. */
  readonly orphanDependents?: boolean
  readonly preconditions: { readonly uid?: string; readonly resourceVersion?: string }
}

/** Of list and watch. */
export interface ListOptions {
  readonly labelSelector: string
  readonly fieldSelector: string
  readonly limit: number
  readonly continue: string
  readonly resourceVersion: string
  readonly resourceVersionMatch: '' | 'Exact' | 'NotOlderThan'
  readonly allowWatchBookmarks: boolean
  readonly sendInitialEvents: boolean
  readonly timeoutSeconds?: number
}

/** Reads the options of a create, update or patch. Throws BadRequest or Invalid. */
export function writeOptions(query: URLSearchParams, verb: 'create' | 'update' | 'patch' | 'apply'): WriteOptions {
  const kind = verb === 'create' ? 'CreateOptions' : verb === 'update' ? 'UpdateOptions' : 'PatchOptions'
  const fieldManager = query.get('fieldManager') ?? ''
  const force = query.get('force')
  const errors: FieldError[] = []
  if (verb === 'apply' && fieldManager === '') errors.push(required('fieldManager', 'is required for apply patch'))
  if (verb === 'patch' && force !== null) errors.push(forbidden('force', 'may not be specified for non-apply patch'))
  errors.push(...validateFieldManager(fieldManager, 'fieldManager'))
  const dryRun = readDryRun(query.getAll('dryRun'), errors)
  const fieldValidation = query.get('fieldValidation') || 'Warn'
  if (!isFieldValidation(fieldValidation)) {
    errors.push(notSupported('fieldValidation', fieldValidation, ['', ...FIELD_VALIDATIONS]))
  }
  refuse(kind, errors)
  return {
    dryRun,
    fieldManager,
    fieldValidation: isFieldValidation(fieldValidation) ? fieldValidation : 'Warn',
    force: isTrue(force),
  }
}

const FIELD_VALIDATIONS = ['Ignore', 'Strict', 'Warn'] as const
const isFieldValidation = (word: string): word is FieldValidation => FIELD_VALIDATIONS.some((known) => known === word)

function readDryRun(asked: readonly string[], errors: FieldError[]): boolean {
  if (asked.some((word) => word !== 'All')) errors.push(notSupported('dryRun', asked, ['All']))
  return asked.length > 0
}

const POLICIES = ['Foreground', 'Background', 'Orphan'] as const
const isPolicy = (word: unknown): word is PropagationPolicy => POLICIES.some((known) => known === word)

/** Reads the options of a delete, from its body when there is one and from the query otherwise. */
export function deleteOptions(
  query: URLSearchParams,
  body: Readonly<Record<string, unknown>> | undefined,
): DeleteOptions {
  const errors: FieldError[] = []
  const from = body ?? fromQuery(query)
  const { propagationPolicy, orphanDependents, gracePeriodSeconds, preconditions, dryRun: words } = from
  if (propagationPolicy !== undefined && orphanDependents !== undefined) {
    const why = 'orphanDependents and deletionPropagation cannot be both set'
    errors.push(invalid('propagationPolicy', propagationPolicy, why))
  }
  if (propagationPolicy !== undefined && !isPolicy(propagationPolicy)) {
    errors.push(notSupported('propagationPolicy', propagationPolicy, [...POLICIES, 'nil']))
  }
  const asked = Array.isArray(words) ? words.map(String) : []
  const dryRun = readDryRun(asked, errors)
  refuse('DeleteOptions', errors)
  return {
    dryRun,
    ...(typeof gracePeriodSeconds === 'number' ? { gracePeriodSeconds } : {}),
    ...(isPolicy(propagationPolicy) ? { propagationPolicy } : {}),
    ...(typeof orphanDependents === 'boolean' ? { orphanDependents } : {}),
    preconditions: readPreconditions(preconditions),
  }
}

function fromQuery(query: URLSearchParams): Record<string, unknown> {
  const policy = query.get('propagationPolicy')
  const orphan = query.get('orphanDependents')
  const grace = readInteger(query, 'gracePeriodSeconds')
  return {
    ...(policy ? { propagationPolicy: policy } : {}),
    ...(orphan === null ? {} : { orphanDependents: isTrue(orphan) }),
    ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
    dryRun: query.getAll('dryRun'),
  }
}

function readPreconditions(value: unknown): DeleteOptions['preconditions'] {
  if (typeof value !== 'object' || value === null) return {}
  const uid = 'uid' in value ? value.uid : undefined
  const resourceVersion = 'resourceVersion' in value ? value.resourceVersion : undefined
  return {
    ...(typeof uid === 'string' ? { uid } : {}),
    ...(typeof resourceVersion === 'string' ? { resourceVersion } : {}),
  }
}

/** Reads the options of a list or a watch. Throws BadRequest or Invalid. */
export function listOptions(query: URLSearchParams, watch: boolean): ListOptions {
  const resourceVersion = query.get('resourceVersion') ?? ''
  const match = query.get('resourceVersionMatch') ?? ''
  const asked = query.get('sendInitialEvents')
  const fromNow = watch && asked === null && match === '' && (resourceVersion === '' || resourceVersion === '0')
  const token = query.get('continue') ?? ''
  const timeoutSeconds = readInteger(query, 'timeoutSeconds')
  const options = {
    labelSelector: query.get('labelSelector') ?? '',
    fieldSelector: query.get('fieldSelector') ?? '',
    limit: readInteger(query, 'limit') ?? 0,
    continue: token,
    resourceVersion,
    allowWatchBookmarks: isTrue(query.get('allowWatchBookmarks')),
    sendInitialEvents: fromNow || isTrue(asked),
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
  }
  const given = { resourceVersion, match, token, asked: asked !== null }
  refuse('ListOptions', watch ? checkWatch(given) : checkList(given))
  return { ...options, resourceVersionMatch: match === 'Exact' || match === 'NotOlderThan' ? match : '' }
}

interface Given {
  readonly resourceVersion: string
  readonly match: string
  readonly token: string
  readonly asked: boolean
}

const MATCH = 'resourceVersionMatch'

function checkList({ resourceVersion, match, token, asked }: Given): FieldError[] {
  const errors: FieldError[] = []
  if (match !== '') {
    if (resourceVersion === '')
      errors.push(forbidden(MATCH, `${MATCH} is forbidden unless resourceVersion is provided`))
    if (token !== '') errors.push(forbidden(MATCH, `${MATCH} is forbidden when continue is provided`))
    if (match !== 'Exact' && match !== 'NotOlderThan')
      errors.push(notSupported(MATCH, match, ['Exact', 'NotOlderThan', '']))
    if (match === 'Exact' && resourceVersion === '0') {
      errors.push(forbidden(MATCH, `${MATCH} "exact" is forbidden for resourceVersion "0"`))
    }
  }
  if (asked) errors.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'))
  return errors
}

function checkWatch({ match, token, asked }: Given): FieldError[] {
  const errors: FieldError[] = []
  if (asked && match !== 'NotOlderThan') {
    errors.push(forbidden(MATCH, `sendInitialEvents requires setting ${MATCH} to NotOlderThan`))
  }
  if (match === '') return errors
  if (!asked) errors.push(forbidden(MATCH, `${MATCH} is forbidden for watch unless sendInitialEvents is provided`))
  if (match !== 'NotOlderThan') errors.push(notSupported(MATCH, match, ['NotOlderThan']))
  if (token !== '') errors.push(forbidden(MATCH, `${MATCH} is forbidden when continue is provided`))
  return errors
}

/** An integer of a query. Throws BadRequest in the words of Go, which made the ones that clients know. */
function readInteger(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  if (!/^[+-]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  const value = Number(text)
  if (!Number.isSafeInteger(value))
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`)
  return value
}

function refuse(kind: string, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalidStatus({ group: 'meta.k8s.io', kind }, '', errors)
}
