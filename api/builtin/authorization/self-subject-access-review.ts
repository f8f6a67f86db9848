/** Asks whether the one who asks may do something. The server answers it; nothing is kept. */
import type { SelfSubjectAccessReview } from '../../types/authorization-v1.ts'
import { builtIn } from '../built-in.ts'

/** SelfSubjectAccessReview. Source: kubernetes pkg/registry/authorization. */
export const selfSubjectAccessReview = builtIn<SelfSubjectAccessReview>({
  group: 'authorization.k8s.io',
  kind: 'SelfSubjectAccessReview',
  plural: 'selfsubjectaccessreviews',
  scope: 'Cluster',
  verbs: ['create'],
  versions: [{ name: 'v1' }],
  rules: { generation: 'none' },
})
