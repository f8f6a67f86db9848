/**
 * Who am I, and what may I do here? SelfSubjectReview (`kubectl auth whoami`) and SelfSubjectRulesReview
 * (`kubectl auth can-i --list`). Source: kubernetes pkg/registry/authentication/selfsubjectreview,
 * pkg/registry/authorization/selfsubjectrulesreview.
 */
import { badRequest } from '@muster/api/status.ts'
import { timestamp } from '@muster/api/time.ts'
import type { SelfSubjectReview, UserInfo } from '@muster/api/types/authentication-v1.ts'
import type {
  NonResourceRule,
  ResourceRule,
  SelfSubjectRulesReview,
  SelfSubjectRulesReviewSpec,
} from '@muster/api/types/authorization-v1.ts'
import type { Instant } from '@muster/base/clock.ts'
import type { Authorizer } from '../authorization.ts'
import type { User } from '../user.ts'

/** What the server takes the one who asks for. */
export const reviewSelf = (user: User, now: Instant): SelfSubjectReview => ({
  apiVersion: 'authentication.k8s.io/v1',
  kind: 'SelfSubjectReview',
  metadata: { creationTimestamp: timestamp(now) },
  status: { userInfo: userInfoOf(user) },
})

/** Every rule that holds for the one who asks, in the namespace that he names. Throws BadRequest when he names none. */
export function reviewOwnRules(
  review: SelfSubjectRulesReview,
  user: User,
  authorizer: Authorizer,
): SelfSubjectRulesReview {
  const { namespace = '' }: SelfSubjectRulesReviewSpec = review.spec ?? {}
  if (namespace === '') throw badRequest('no namespace on request')
  const { rules, error, incomplete = false } = authorizer.rulesFor(user, namespace)
  const resourceRules = rules.flatMap(({ verbs, apiGroups, resources, resourceNames }): ResourceRule[] => {
    if (!resources?.length) return []
    return [{ verbs, ...(apiGroups && { apiGroups }), resources, ...(resourceNames && { resourceNames }) }]
  })
  const nonResourceRules = rules.flatMap(({ verbs, nonResourceURLs }): NonResourceRule[] =>
    nonResourceURLs?.length ? [{ verbs, nonResourceURLs }] : [],
  )
  return {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectRulesReview',
    metadata: {},
    spec: {},
    status: { resourceRules, nonResourceRules, incomplete, ...(error !== '' && { evaluationError: error }) },
  }
}

/** A user as authentication.k8s.io/v1 shows him. */
export function userInfoOf({ username, uid, groups, extra }: User): UserInfo {
  const entries = Object.entries(extra ?? {}).map(([key, values]): [string, string[]] => [key, [...values]])
  return {
    ...(username !== '' && { username }),
    ...(uid && { uid }),
    ...(groups.length > 0 && { groups: [...groups] }),
    ...(entries.length > 0 && { extra: Object.fromEntries(entries) }),
  }
}
