/** The conditions of a definition. Source: apiextensions pkg/apihelpers. */
import type { CustomResourceDefinition, CustomResourceDefinitionCondition } from '../types/apiextensions-v1.ts'

/** What a condition of a definition is about. */
export type DefinitionConditionType =
  | 'Established'
  | 'NamesAccepted'
  | 'Terminating'
  | 'KubernetesAPIApprovalPolicyConformant'

/** One condition, but for the time of its last change. */
export interface DefinitionCondition {
  readonly type: DefinitionConditionType
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason: string
  readonly message: string
}

/** The condition of that type; undefined when there is none. */
export const conditionOf = (
  { status }: CustomResourceDefinition,
  type: DefinitionConditionType,
): CustomResourceDefinitionCondition | undefined => status?.conditions?.find((condition) => condition.type === type)

/** True if the condition is there, and true. */
export const isConditionTrue = (definition: CustomResourceDefinition, type: DefinitionConditionType): boolean =>
  conditionOf(definition, type)?.status === 'True'

/** The conditions with one of them set; its time is that of the last change of its status. `now` is RFC 3339. */
export function setCondition(
  conditions: readonly CustomResourceDefinitionCondition[],
  condition: DefinitionCondition,
  now: string,
): CustomResourceDefinitionCondition[] {
  const old = conditions.find(({ type }) => type === condition.type)
  if (!old) return [...conditions, { ...condition, lastTransitionTime: now }]
  const isSame = old.status === condition.status && old.lastTransitionTime !== undefined
  const changed = { ...old, ...condition, lastTransitionTime: isSame ? (old.lastTransitionTime ?? now) : now }
  return conditions.map((one) => (one === old ? changed : one))
}
