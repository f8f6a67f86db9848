/** Whose token is this? Source: kubernetes pkg/registry/authentication/tokenreview. */
import { badRequest } from '@muster/api/status.ts'
import type { TokenReview, TokenReviewSpec } from '@muster/api/types/authentication-v1.ts'
import type { Instant } from '@muster/base/clock.ts'
import { type Authentication, authenticateToken } from '../authentication.ts'
import { withAuthenticated } from '../user.ts'
import { userInfoOf } from './self-review.ts'

/** The review with its answer. Throws BadRequest when there is no token in it. */
export async function reviewToken(review: TokenReview, known: Authentication, now: Instant): Promise<TokenReview> {
  const { token = '', audiences = [] }: Partial<TokenReviewSpec> = review.spec ?? {}
  if (token === '') throw badRequest('token is required for TokenReview in authentication')
  const wanted = audiences.length > 0 ? audiences : known.tokens.audiences
  const outcome = await authenticateToken(token, known, now, wanted)
  if (outcome.outcome === 'known') {
    const user = userInfoOf(withAuthenticated(outcome.user))
    return { ...review, status: { authenticated: true, user, audiences: [...outcome.audiences] } }
  }
  const why = outcome.outcome === 'refused' ? outcome.why : INVALID
  // Kubernetes asks two judges of tokens, and the first always says this.
  const error = why === INVALID ? INVALID : `[${INVALID}, ${why}]`
  return { ...review, status: { user: {}, error } }
}

const INVALID = 'invalid bearer token'
