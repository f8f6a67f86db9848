/** Asks what the one who asks may do. The server answers it; nothing is kept. */
import type { SelfSubjectRulesReview } from '../../types/authorization-v1.ts'
import { builtIn } from '../built-in.ts'

/** SelfSubjectRulesReview. Source: kubernetes pkg/registry/authorization. */
export const selfSubjectRulesReview = builtIn<SelfSubjectRulesReview>({
  group: 'authorization.k8s.io',
  kind: 'SelfSubjectRulesReview',
  plural: 'selfsubjectrulesreviews',
  scope: 'Cluster',
  verbs: ['create'],
  versions: [{ name: 'v1' }],
  rules: { generation: 'none' },
})
