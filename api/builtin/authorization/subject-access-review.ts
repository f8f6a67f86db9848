/** Asks whether somebody may do something. The server answers it; nothing is kept. */
import type { SubjectAccessReview } from '../../types/authorization-v1.ts'
import { builtIn } from '../built-in.ts'

/** SubjectAccessReview. Source: kubernetes pkg/registry/authorization. */
export const subjectAccessReview = builtIn<SubjectAccessReview>({
  group: 'authorization.k8s.io',
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
  scope: 'Cluster',
  verbs: ['create'],
  versions: [{ name: 'v1' }],
  rules: { generation: 'none' },
})
