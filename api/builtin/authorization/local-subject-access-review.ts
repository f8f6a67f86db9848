/** Asks whether somebody may do something in one namespace. The server answers it; nothing is kept. */
import type { LocalSubjectAccessReview } from '../../types/authorization-v1.ts'
import { builtIn } from '../built-in.ts'

/** LocalSubjectAccessReview. Source: kubernetes pkg/registry/authorization. */
export const localSubjectAccessReview = builtIn<LocalSubjectAccessReview>({
  group: 'authorization.k8s.io',
  kind: 'LocalSubjectAccessReview',
  plural: 'localsubjectaccessreviews',
  scope: 'Namespaced',
  verbs: ['create'],
  versions: [{ name: 'v1' }],
  rules: { generation: 'none' },
})
