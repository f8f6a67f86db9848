/** Questions that are asked as objects: who am I, may I, is this token good. */
import type { ApiResponse } from '@muster/api/message.ts'
import type { KubeObject } from '@muster/api/object.ts'
import type { TokenReview } from '@muster/api/types/authentication-v1.ts'
import type { SelfSubjectRulesReview } from '@muster/api/types/authorization-v1.ts'
import { assert } from '@muster/base/errors.ts'
import { isKind } from '../auth/reads.ts'
import {
  isLocalSubjectAccessReview,
  isSelfSubjectAccessReview,
  isSubjectAccessReview,
  reviewAccess,
  reviewLocalAccess,
  reviewOwnAccess,
} from '../auth/reviews/access-review.ts'
import { reviewOwnRules, reviewSelf } from '../auth/reviews/self-review.ts'
import { reviewToken } from '../auth/reviews/token-review.ts'
import type { LogicalCluster } from '../cluster/logical-cluster.ts'
import type { SubresourceHandler } from './answer.ts'
import { answerPassing, decodePassing } from './answer-object.ts'
import type { ResourceCall } from './call.ts'
import { admitPassing, ownFields } from './writing.ts'

/** Answers one question. */
type Review = (call: ResourceCall, review: KubeObject, cluster: LogicalCluster) => Promise<KubeObject> | KubeObject

const isSelfSubjectRulesReview = isKind<SelfSubjectRulesReview>('authorization.k8s.io/v1', 'SelfSubjectRulesReview')
const isTokenReview = isKind<TokenReview>('authentication.k8s.io/v1', 'TokenReview')

const NOT_OF_ITS_TYPE = 'a body was decoded by the schema of its kind'

const REVIEWS: Readonly<Record<string, Review>> = {
  'authorization.k8s.io/subjectaccessreviews': (_call, review, { authorizer }) => {
    assert(isSubjectAccessReview(review), NOT_OF_ITS_TYPE)
    return reviewAccess(review, authorizer)
  },
  'authorization.k8s.io/selfsubjectaccessreviews': ({ user }, review, { authorizer }) => {
    assert(isSelfSubjectAccessReview(review), NOT_OF_ITS_TYPE)
    return reviewOwnAccess(review, user, authorizer)
  },
  'authorization.k8s.io/localsubjectaccessreviews': ({ info }, review, { authorizer }) => {
    assert(isLocalSubjectAccessReview(review), NOT_OF_ITS_TYPE)
    return reviewLocalAccess(review, info.namespace, authorizer)
  },
  'authorization.k8s.io/selfsubjectrulesreviews': ({ user }, review, { authorizer }) => {
    assert(isSelfSubjectRulesReview(review), NOT_OF_ITS_TYPE)
    return reviewOwnRules(review, user, authorizer)
  },
  'authentication.k8s.io/selfsubjectreviews': ({ user, now }) => reviewSelf(user, now),
  'authentication.k8s.io/tokenreviews': ({ now }, review, { authentication }) => {
    assert(isTokenReview(review), NOT_OF_ITS_TYPE)
    return reviewToken(review, authentication, now)
  },
}

/** The handlers of reviews, by group and plural name. */
export const reviewHandlers = (
  clusterOf: (name: string) => LogicalCluster,
): Readonly<Record<string, SubresourceHandler>> =>
  Object.fromEntries(
    Object.entries(REVIEWS).map(([resource, review]): [string, SubresourceHandler] => [
      resource,
      async (call, deps): Promise<ApiResponse> => {
        const { object, options } = decodePassing(call)
        ownFields(call, options, undefined, object)
        await admitPassing(call, deps, object, call.served, options.dryRun, { guards: [] })
        const answered = await review(call, object, clusterOf(call.info.cluster))
        return answerPassing(call, deps, 201, answered)
      },
    ]),
  )
