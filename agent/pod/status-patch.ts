/**
 * The patch that makes the status of a pod what it should be: only what differs, of conditions only the agent's own.
 * So it meets no conflict, and undoes nothing that others write meanwhile. Pure.
 */
import { sameJson } from '@muster/api/same-json.ts'
import type { Pod, PodStatus } from '@muster/api/types/core-v1.ts'
import type { Patch } from '@muster/client/client.ts'
import { OWN_CONDITIONS } from './conditions.ts'

/** Fields that are taken back when there is nothing to say any more. */
const TAKEN_BACK = ['message', 'reason'] as const satisfies readonly (keyof PodStatus)[]
/** Lists that a strategic patch would merge by address. */
const REPLACED: readonly string[] = ['podIPs', 'hostIPs']

/** What was written last, and what the API made of it: amounts in canonical form, fields that are null. */
export interface Written {
  readonly wanted: PodStatus
  readonly answered: PodStatus
}

/** Undefined when nothing differs. The uid is in it: a pod that was made anew under the same name is not touched. */
export function statusPatch(pod: Pod, wanted: PodStatus, last?: Written): Patch | undefined {
  const now = pod.status ?? {}
  const changed: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(wanted)) {
    const field = name as keyof PodStatus
    const isKept = sameJson(last?.wanted[field], value) && sameJson(last?.answered[field], now[field])
    if (field === 'conditions' || isKept || sameJson(now[field], value)) continue
    const isMerged = REPLACED.includes(field) && now[field] !== undefined
    changed[field] = isMerged && Array.isArray(value) ? [...value, { $patch: 'replace' }] : value
  }
  for (const field of TAKEN_BACK) if (now[field] !== undefined && wanted[field] === undefined) changed[field] = null
  const conditions = (wanted.conditions ?? []).flatMap((condition) => {
    const found = now.conditions?.find(({ type }) => type === condition.type)
    const isOwn = OWN_CONDITIONS.includes(condition.type)
    if (!isOwn || (found && FIELDS.every((field) => found[field] === condition[field]))) return []
    // Conditions are merged: what one says no more has to be taken back.
    const gone = FIELDS.filter((field) => found?.[field] !== undefined && condition[field] === undefined)
    return [{ ...condition, ...Object.fromEntries(gone.map((field) => [field, null])) }]
  })
  if (conditions.length > 0) changed.conditions = conditions
  if (Object.keys(changed).length === 0) return undefined
  return { patch: 'strategic', value: { metadata: { uid: pod.metadata.uid }, status: changed } }
}

/** Of a condition, without the one that nobody sets. */
const FIELDS = ['status', 'reason', 'message', 'observedGeneration', 'lastTransitionTime'] as const
