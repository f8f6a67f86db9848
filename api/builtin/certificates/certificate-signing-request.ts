/** A wish for a certificate. */
import type { CertificateSigningRequest } from '../../types/certificates-v1.ts'
import { builtIn } from '../built-in.ts'

/** CertificateSigningRequest. Source: kubernetes pkg/registry/certificates. */
export const certificateSigningRequest = builtIn<CertificateSigningRequest>({
  group: 'certificates.k8s.io',
  kind: 'CertificateSigningRequest',
  plural: 'certificatesigningrequests',
  scope: 'Cluster',
  shortNames: ['csr'],
  versions: [
    {
      name: 'v1',
      subresources: {
        status: true,
        others: [{ name: 'approval', kind: 'CertificateSigningRequest', verbs: ['get', 'update', 'patch'] }],
      },
    },
  ],
  rules: { generation: 'none' },
})
