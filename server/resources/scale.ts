/**
 * `/scale`: an object seen as how many replicas it wants and has, so that an autoscaler needs to know no kinds.
 * Source: kubernetes pkg/registry/apps/deployment/storage (ScaleREST); apiextensions-apiserver registry/customresource.
 */
import { apply } from '@muster/api/apply/apply.ts'
import { conflictError } from '@muster/api/apply/conflicts.ts'
import { managerOf } from '@muster/api/apply/manager-name.ts'
import { fieldElement } from '@muster/api/apply/path-element.ts'
import { recordUpdate } from '@muster/api/apply/record-update.ts'
import {
  fieldsAfterScale,
  fieldsOfScale,
  type ReplicasPaths,
  SCALE_API_VERSION,
} from '@muster/api/apply/scale-fields.ts'
import { oneVersion } from '@muster/api/apply/versions.ts'
import { AGE_COLUMN, column } from '@muster/api/builtin/columns.ts'
import { NAME_COLUMN } from '@muster/api/columns.ts'
import { invalid as invalidField } from '@muster/api/field-error.ts'
import type { ScaleSubresource } from '@muster/api/kind.ts'
import { type ApiResponse, answer } from '@muster/api/message.ts'
import { apiVersionOf, type KubeObject } from '@muster/api/object.ts'
import { isObject } from '@muster/api/schema/json.ts'
import { filterOfSelector } from '@muster/api/selector/label-selector.ts'
import { formatLabels } from '@muster/api/selector/labels.ts'
import { badRequest, internal, invalid, methodNotAllowed } from '@muster/api/status.ts'
import { typeSchemaOf } from '@muster/api/tables/schemas.ts'
import { timestamp } from '@muster/api/time.ts'
import type { Scale } from '@muster/api/types/autoscaling-v1.ts'
import type { GroupVersionResource } from '../admission/match-rules.ts'
import type { ObjectForm } from '../admission/object-form.ts'
import { type WriteOptions, writeOptions } from '../http/options.ts'
import type { Served } from '../registry/registry.ts'
import type { Written } from '../storage/decide.ts'
import { encodeObject, parseObject, type StoredObject, storedVersion } from '../storage/stored-object.ts'
import { acceptedOf } from './accepted.ts'
import type { AnswerDeps } from './answer.ts'
import { type ResourceCall, saidResource } from './call.ts'
import { bodyTypeOf, decodeBody, decodeObjectOf, settleStrict } from './decode-body.ts'
import { formOf } from './forms.ts'
import { readAs } from './object-forms.ts'
import { readPatch } from './patch.ts'
import { get } from './read.ts'
import { checkName, writeOver } from './update.ts'
import { fromStored, toStored } from './versions.ts'
import type { WriteDeps } from './writing.ts'

// Source: kubernetes pkg/printers/internalversion/printers.go: the one name that has no format.
const { format: _format, ...SCALE_NAME_COLUMN } = NAME_COLUMN

/** Scale, as a kind that is served nowhere by itself. */
const SCALE: Served = {
  builtIn: true,
  kind: {
    group: 'autoscaling',
    kind: 'Scale',
    listKind: 'ScaleList',
    plural: 'scales',
    singular: 'scale',
    shortNames: [],
    categories: [],
    scope: 'Namespaced',
    versions: [],
    storedAs: 'v1',
    rules: { generation: 'none' },
  },
  version: {
    name: 'v1',
    served: true,
    schema: () => typeSchemaOf('autoscaling', 'v1', 'Scale'),
    columns: [
      SCALE_NAME_COLUMN,
      column(
        'Desired',
        'replicas is the desired number of instances for the scaled object.',
        (scale) => (scale as Scale).spec?.replicas ?? 0,
        { type: 'integer' },
      ),
      column(
        'Available',
        'replicas is the actual number of observed instances of the scaled object.',
        (scale) => (scale as Scale).status?.replicas ?? 0,
        { type: 'integer' },
      ),
      AGE_COLUMN,
    ],
    subresources: {},
  },
}

/** Answers a request of an object's scale. */
export async function answerScale(call: ResourceCall, deps: AnswerDeps, scale: ScaleSubresource): Promise<ApiResponse> {
  const shown = (status: number, stored: StoredObject) => {
    const view = scaleOf(call, scale, fromStored(call.served, parseObject(stored)))
    const accepted = acceptedOf({ ...call, served: SCALE })
    const form = formOf({
      served: SCALE,
      accepted,
      objects: deps.objects,
      now: () => deps.clock.now(),
      includeObject: 'Metadata',
      generation: 0,
    })
    // Without its owners, as Kubernetes shows it.
    const { managedFields: _fields, ...metadata } = view.metadata
    return answer(status, form.contentType, form.object(asStored({ ...view, metadata }, stored)))
  }
  switch (call.info.verb) {
    case 'get':
      return shown(200, await get(call, deps))
    case 'update':
    case 'patch':
      return shown(200, (await writeScale(call, deps, scale)).object)
    default:
      throw methodNotAllowed(saidResource(call), call.info.verb)
  }
}

/** Webhooks are shown the Scale, and what they make of it becomes of the object. */
const scaleForm =
  (call: ResourceCall, scale: ScaleSubresource) =>
  (resource: GroupVersionResource): ObjectForm => ({
    resource,
    kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
    show: (kept) => scaleOf(call, scale, fromStored(call.served, kept)),
    read(asked, before) {
      const next = readAs(SCALE, asked) as Scale // It was decoded as one.
      checkScale(call, next)
      return toStored(call.served, withScale(call, scale, fromStored(call.served, before), next))
    },
  })

const asStored = (view: KubeObject, of: StoredObject): StoredObject =>
  storedVersion({ key: of.key, bytes: encodeObject(view), revision: of.revision, createRevision: of.createRevision })

/** Writes the object as a Scale, or a patch of one, says. */
export function writeScale(asked: ResourceCall, deps: WriteDeps, scale: ScaleSubresource): Promise<Written> {
  const call = { ...asked, formOf: scaleForm(asked, scale) }
  const wanted = call.info.verb === 'update' ? readUpdate(call) : readChange(call)
  return writeOver(call, deps, wanted.options, {
    createIfAbsent: false,
    owns: 'as it says',
    change(current) {
      if (!current) throw new TypeError('broken promise: a scale is of something')
      const before = scaleOf(call, scale, current)
      const after = wanted.change(before)
      checkScale(call, after)
      return withScale(call, scale, current, after)
    },
  })
}

interface Wanted {
  readonly options: WriteOptions
  /** The Scale as it is to be, owners included. */
  readonly change: (before: Scale) => Scale
}

const SCALE_TYPE = bodyTypeOf(SCALE)

function readUpdate(call: ResourceCall): Wanted {
  const { request } = call
  const options = writeOptions(request.query, 'update')
  const { object, strict } = decodeBody(
    request.body,
    request.headers['content-type'],
    SCALE_TYPE,
    options.fieldValidation,
  )
  call.warnings.push(...settleStrict(strict, options.fieldValidation, SCALE_TYPE))
  call.trail.received(object)
  checkName(call, object)
  return { options, change: (before) => owned(call, options, before, object) }
}

function readChange(call: ResourceCall): Wanted {
  const read = readPatch(call, true)
  const { options } = read
  return {
    options,
    change(before) {
      if (!read.isApply) {
        const next = decodeObjectOf(
          read.change(before as never, SCALE.version.schema()),
          SCALE_TYPE,
          options.fieldValidation,
        )
        return owned(call, options, before, next.object)
      }
      const outcome = apply({
        live: before,
        applied: read.applied ?? {},
        apiVersion: SCALE_API_VERSION,
        kind: 'Scale',
        manager: options.fieldManager,
        force: options.force,
        subresource: 'scale',
        now: timestamp(call.now),
        versions: oneVersion(SCALE_API_VERSION, SCALE.version.schema()),
      })
      if (outcome.outcome === 'conflicts') throw conflictError(outcome.conflicts)
      return decodeObjectOf(outcome.object as never, SCALE_TYPE, 'Ignore').object as Scale
    },
  }
}

function owned(call: ResourceCall, options: WriteOptions, before: Scale, next: KubeObject): Scale {
  const entries = recordUpdate({
    live: before,
    next,
    manager: managerOf(options.fieldManager, call.request.headers['user-agent'] ?? ''),
    subresource: 'scale',
    now: timestamp(call.now),
    versions: oneVersion(SCALE_API_VERSION, SCALE.version.schema()),
  })
  if (entries) next.metadata.managedFields = entries
  else delete next.metadata.managedFields
  return next as Scale // It was decoded as one.
}

/** The scale of a custom resource is checked with the rest of it. */
function checkScale({ info, served }: ResourceCall, { spec }: Scale): void {
  if (!served.builtIn) return
  const replicas = spec?.replicas ?? 0
  if (replicas >= 0) return
  throw invalid({ group: 'autoscaling', kind: 'Scale' }, info.name, [
    invalidField('spec.replicas', replicas, 'must be greater than or equal to 0'),
  ])
}

/** The object as a Scale. */
function scaleOf(call: ResourceCall, scale: ScaleSubresource, object: KubeObject): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp, managedFields } = object.metadata
  const replicas = readPath(object, scale.replicasPath)
  if (replicas === undefined && !call.served.builtIn)
    throw internal(`the spec replicas field ${JSON.stringify(scale.replicasPath)} does not exist`)
  const current = readPath(object, scale.statusReplicasPath)
  const selector = scale.selectorPath === undefined ? undefined : saySelector(readPath(object, scale.selectorPath))
  const entries = fieldsOfScale(managedFields, replicasPaths(call))
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: {
      ...(name === undefined ? {} : { name }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(creationTimestamp ? { creationTimestamp } : {}),
      ...(entries ? { managedFields: entries } : {}),
    },
    spec: typeof replicas === 'number' ? { replicas } : {},
    status: { replicas: typeof current === 'number' ? current : 0, ...(selector ? { selector } : {}) },
  }
}

/** The object, with the replicas and the owners of a Scale. */
function withScale(
  call: ResourceCall,
  scale: ScaleSubresource,
  object: KubeObject,
  { metadata, spec }: Scale,
): KubeObject {
  const next: KubeObject = structuredClone(object)
  const { served } = call
  writePath(next, scale.replicasPath, spec?.replicas ?? 0)
  const entries = fieldsAfterScale({
    entries: object.metadata.managedFields,
    scaleEntries: metadata.managedFields,
    apiVersion: apiVersionOf({ group: served.kind.group, version: served.version.name }),
    paths: replicasPaths(call),
  })
  if (entries) next.metadata.managedFields = entries
  else delete next.metadata.managedFields
  if (metadata.uid && metadata.uid !== object.metadata.uid) next.metadata.uid = metadata.uid
  if (metadata.resourceVersion) next.metadata.resourceVersion = metadata.resourceVersion
  else delete next.metadata.resourceVersion
  return next
}

function replicasPaths({ served: { kind } }: ResourceCall): ReplicasPaths {
  return new Map(
    kind.versions.map(({ name, subresources: { scale } }) => [
      apiVersionOf({ group: kind.group, version: name }),
      scale && partsOf(scale.replicasPath).map(fieldElement),
    ]),
  )
}

/** `.spec.replicas` as names. */
const partsOf = (path: string): string[] => path.split('.').filter((part) => part !== '')

function readPath(object: KubeObject, path: string): unknown {
  let at: unknown = object
  for (const part of partsOf(path)) {
    if (!isObject(at)) return undefined
    at = at[part]
  }
  return at
}

function writePath(object: KubeObject, path: string, value: number): void {
  const parts = partsOf(path)
  const last = parts.pop()
  if (last === undefined) throw badRequest(`the scale of this kind names no field: ${path}`)
  let at: Record<string, unknown> = object
  for (const part of parts) {
    const inner = at[part]
    const next: Record<string, unknown> = isObject(inner) ? inner : {}
    at[part] = next
    at = next
  }
  at[last] = value
}

/** A selector as text: a LabelSelector, a map of labels, or text already. */
function saySelector(selector: unknown): string | undefined {
  if (typeof selector === 'string') return selector
  if (!isObject(selector)) return undefined
  const isLabelSelector = 'matchLabels' in selector || 'matchExpressions' in selector
  return formatLabels(
    filterOfSelector(isLabelSelector ? selector : { matchLabels: selector as Record<string, string> }),
  )
}
