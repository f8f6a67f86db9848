/** What the match of a policy or of its binding asks of a request. */
import type { MatchResources } from '@muster/api/types/admissionregistration-v1.ts'
import type { MatchCriteria } from '../match-rules.ts'

/** A binding without a match is about everything that its policy is about. */
export const criteriaOf = (match: MatchResources | undefined): MatchCriteria => ({
  rules: match?.resourceRules ?? [],
  excludeRules: match?.excludeResourceRules ?? [],
  whenNoRules: 'all',
  matchPolicy: match?.matchPolicy,
  namespaceSelector: match?.namespaceSelector,
  objectSelector: match?.objectSelector,
})
