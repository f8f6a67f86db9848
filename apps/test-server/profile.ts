/**
 * Which hub a test runs against.
 *
 *     muster       all that Muster serves
 *     kubernetes   what any Kubernetes serves, and nothing more: here a controller shows that it runs there too
 *
 * Everything that Muster adds to Kubernetes is switched off here and nowhere else. Paths of logical clusters are: each
 * path is one of the only cluster there is, so `/clusters/eu/api` is as unknown as on any Kubernetes.
 */
import type { Handle } from '@muster/api/message.ts'

/** `muster` or `kubernetes`. */
export type Profile = 'muster' | 'kubernetes'

/** The API as this profile has it. */
export const withProfile = (profile: Profile, handle: Handle): Handle =>
  profile === 'muster' ? handle : (request) => handle({ ...request, path: `/clusters/default${request.path}` })
