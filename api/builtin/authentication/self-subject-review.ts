/** Asks who is asking. The server answers it; nothing is kept. */
import type { SelfSubjectReview } from '../../types/authentication-v1.ts'
import { builtIn } from '../built-in.ts'

/** SelfSubjectReview. Source: kubernetes pkg/registry/authentication. */
export const selfSubjectReview = builtIn<SelfSubjectReview>({
  group: 'authentication.k8s.io',
  kind: 'SelfSubjectReview',
  plural: 'selfsubjectreviews',
  scope: 'Cluster',
  verbs: ['create'],
  versions: [{ name: 'v1' }],
  rules: { generation: 'none' },
})
