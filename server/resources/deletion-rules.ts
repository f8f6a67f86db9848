/** How objects of a kind go, as the storage wants to know it. */
import type { KindRules } from '@muster/api/kind.ts'
import type { DeletionRules } from '../storage/deletion.ts'

/** The part of a kind's rules that a deletion is decided by. */
export function deletionRulesOf(rules: KindRules): DeletionRules {
  return {
    ...(rules.isHeld ? { isHeld: rules.isHeld.bind(rules) } : {}),
    ...(rules.whenMarked ? { whenMarked: rules.whenMarked.bind(rules) } : {}),
    ...(rules.deletionGrace ? { grace: rules.deletionGrace.bind(rules) } : {}),
    ...(rules.dependents ? { dependents: rules.dependents } : {}),
  }
}
