/** The kinds of certificates.k8s.io: certificates that are asked for. */
import type { Kind } from '../../kind.ts'
import { certificateSigningRequest } from './certificate-signing-request.ts'

/** In the order of discovery. */
export const certificatesKinds: readonly Kind[] = [certificateSigningRequest]
