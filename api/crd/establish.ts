/**
 * Which names a definition gets, and what its status says of it. Names belong to whom they were given first.
 *
 * Kubernetes does it in two controllers with some seconds between them, so that every server has heard of the names
 * before anybody relies on them. Here one decision says both; whoever applies it sees to it that all servers hear.
 * Source: apiextensions pkg/controller/status/naming_controller.go, establish, apiapproval.
 */
import { goQuote } from '../go-text.ts'
import { equalJson } from '../schema/json.ts'
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionStatus,
} from '../types/apiextensions-v1.ts'
import { conditionOf, type DefinitionCondition, isConditionTrue, setCondition } from './conditions.ts'
import { asJson } from './edge.ts'
import { approvalOf, isProtectedGroup } from './validate/approval.ts'

/** Holds a definition until its objects are gone. Source: apiextensions/v1 CustomResourceCleanupFinalizer. */
export const CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io'

/**
 * The status that a definition should have, seen beside the others; undefined when it has it. `others` may hold the
 * definition itself and those of other groups. `now` is RFC 3339, for the conditions that change.
 *
 * A definition that gives up a name, or goes, may give others theirs: ask again for those of its group.
 */
export function establish(
  definition: CustomResourceDefinition,
  others: readonly CustomResourceDefinition[],
  now: string,
): CustomResourceDefinitionStatus | undefined {
  const { names, condition } = accept(definition, others)
  const settled = [condition, ...establishedBy(definition, condition), ...approvedBy(definition)]
  const conditions = settled
    .filter((one) => !isSame(definition, one))
    .reduce((all, one) => setCondition(all, one, now), definition.status?.conditions ?? [])
  const status = { ...definition.status, acceptedNames: names, conditions }
  return equalJson(asJson(status), asJson(definition.status ?? {})) ? undefined : status
}

/** What the condition Terminating says before, while and after the objects of a definition are deleted. */
export const TERMINATING = {
  pending: {
    type: 'Terminating',
    status: 'True',
    reason: 'InstanceDeletionPending',
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  },
  deleting: {
    type: 'Terminating',
    status: 'True',
    reason: 'InstanceDeletionInProgress',
    message: 'CustomResource deletion is in progress',
  },
  deleted: {
    type: 'Terminating',
    status: 'False',
    reason: 'InstanceDeletionCompleted',
    message: 'removed all instances',
  },
  neverEstablished: {
    type: 'Terminating',
    status: 'False',
    reason: 'NeverEstablished',
    message: 'resource was never established',
  },
} as const satisfies Record<string, DefinitionCondition>

interface Acceptance {
  readonly names: CustomResourceDefinitionNames
  readonly condition: DefinitionCondition
}

function accept(
  { metadata, spec, status }: CustomResourceDefinition,
  others: readonly CustomResourceDefinition[],
): Acceptance {
  const asked = spec.names
  const had = status?.acceptedNames ?? { plural: '', kind: '' }
  const taken = namesOf(others.filter((one) => one.spec.group === spec.group && one.metadata.name !== metadata.name))
  const names: CustomResourceDefinitionNames = { ...had }
  let conflict: { readonly reason: string; readonly message: string } | undefined
  const settle = (field: 'plural' | 'singular' | 'kind' | 'listKind', all: ReadonlySet<string>, reason: string) => {
    const name = asked[field] ?? ''
    if (name === (had[field] ?? '') || !all.has(name)) names[field] = name
    else conflict = { reason, message: `${goQuote(name)} is already in use` }
  }
  settle('plural', taken.resources, 'PluralConflict')
  settle('singular', taken.resources, 'SingularConflict')
  const shortNames = asked.shortNames ?? []
  const lost = shortNames.filter((name) => !had.shortNames?.includes(name) && taken.resources.has(name))
  if (lost.length > 0) {
    const words = lost.map((name) => `${goQuote(name)} is already in use`)
    conflict = { reason: 'ShortNamesConflict', message: words.length === 1 ? words.join() : `[${words.join(', ')}]` }
  } else if (asked.shortNames) names.shortNames = asked.shortNames
  else delete names.shortNames
  settle('kind', taken.kinds, 'KindConflict')
  settle('listKind', taken.kinds, 'ListKindConflict')
  if (asked.categories) names.categories = asked.categories
  else delete names.categories
  return { names, condition: { type: 'NamesAccepted', ...(conflict ? { status: 'False', ...conflict } : ACCEPTED) } }
}

const ACCEPTED = { status: 'True', reason: 'NoConflicts', message: 'no conflicts found' } as const

interface TakenNames {
  /** In paths and on the command line. */
  readonly resources: ReadonlySet<string>
  readonly kinds: ReadonlySet<string>
}

function namesOf(definitions: readonly CustomResourceDefinition[]): TakenNames {
  const accepted = definitions.flatMap(({ status }) => (status?.acceptedNames ? [status.acceptedNames] : []))
  const given = (names: readonly (string | undefined)[]): ReadonlySet<string> =>
    new Set(names.filter((name) => name !== undefined && name !== '').map(String))
  return {
    resources: given(accepted.flatMap(({ plural, singular, shortNames = [] }) => [plural, singular, ...shortNames])),
    kinds: given(accepted.flatMap(({ kind, listKind }) => [kind, listKind])),
  }
}

/** Once established, it stays so, whatever becomes of its names. */
function establishedBy(
  definition: CustomResourceDefinition,
  names: DefinitionCondition,
): readonly DefinitionCondition[] {
  if (isConditionTrue(definition, 'Established')) return []
  return names.status === 'True'
    ? [
        {
          type: 'Established',
          status: 'True',
          reason: 'InitialNamesAccepted',
          message: 'the initial names have been accepted',
        },
      ]
    : [{ type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' }]
}

function approvedBy({ metadata, spec }: CustomResourceDefinition): readonly DefinitionCondition[] {
  if (!isProtectedGroup(spec.group)) return []
  const { state, why } = approvalOf(metadata.annotations)
  const status = state === 'approved' ? 'True' : 'False'
  return [{ type: 'KubernetesAPIApprovalPolicyConformant', status, reason: APPROVAL_REASONS[state], message: why }]
}

const APPROVAL_REASONS = {
  approved: 'ApprovedAnnotation',
  bypassed: 'UnapprovedAnnotation',
  missing: 'MissingAnnotation',
  invalid: 'InvalidAnnotation',
} as const

function isSame(definition: CustomResourceDefinition, { type, status, reason, message }: DefinitionCondition): boolean {
  const old = conditionOf(definition, type)
  return old?.status === status && old.reason === reason && old.message === message
}
