/** Asks who a token stands for. The server answers it; nothing is kept. */
import type { TokenReview } from '../../types/authentication-v1.ts'
import { builtIn } from '../built-in.ts'

/** TokenReview. Source: kubernetes pkg/registry/authentication. */
export const tokenReview = builtIn<TokenReview>({
  group: 'authentication.k8s.io',
  kind: 'TokenReview',
  plural: 'tokenreviews',
  scope: 'Cluster',
  verbs: ['create'],
  versions: [{ name: 'v1' }],
  rules: { generation: 'none' },
})
