/** The kinds of authentication.k8s.io: who somebody is. */
import type { Kind } from '../../kind.ts'
import { selfSubjectReview } from './self-subject-review.ts'
import { tokenReview } from './token-review.ts'

/** In the order of discovery. */
export const authenticationKinds: readonly Kind[] = [selfSubjectReview, tokenReview]
