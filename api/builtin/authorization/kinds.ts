/** The kinds of authorization.k8s.io: whether somebody may. */
import type { Kind } from '../../kind.ts'
import { localSubjectAccessReview } from './local-subject-access-review.ts'
import { selfSubjectAccessReview } from './self-subject-access-review.ts'
import { selfSubjectRulesReview } from './self-subject-rules-review.ts'
import { subjectAccessReview } from './subject-access-review.ts'

/** In the order of discovery. */
export const authorizationKinds: readonly Kind[] = [
  localSubjectAccessReview,
  selfSubjectAccessReview,
  selfSubjectRulesReview,
  subjectAccessReview,
]
