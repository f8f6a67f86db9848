/**
 * Requests for certificates: who may approve them and who may sign them depends on the signer that they name, and nobody
 * gets a certificate of system:masters by asking.
 * Source: kubernetes plugin/pkg/admission/certificates, pkg/certauthorization.
 */
import { goQuote } from '@muster/api/go-text.ts'
import { sameMeaning } from '@muster/api/same-meaning.ts'
import type { CertificateSigningRequest } from '@muster/api/types/certificates-v1.ts'
import { type Authorizer, aboutResource } from '../../auth/authorization.ts'
import { isKind } from '../../auth/reads.ts'
import { readSigningRequest } from '../../auth/signing-request.ts'
import { MASTERS, type User } from '../../auth/user.ts'
import { type AdmissionStep, refusal } from '../admission.ts'
import { below, itself } from '../handles.ts'

const GROUP = 'certificates.k8s.io'
const RESOURCE = 'certificatesigningrequests'
const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client'
const isRequest = isKind<CertificateSigningRequest>(`${GROUP}/v1`, 'CertificateSigningRequest')

/** Who approves or denies must be allowed to `approve` for the signer. */
export const certificateApproval: AdmissionStep = {
  name: 'CertificateApproval',
  handles: below(GROUP, RESOURCE, 'approval', 'update'),
  validate: (request, { authorizer }) => {
    if (request.verb !== 'update' || !isRequest(request.old)) return undefined
    // The old one's: the signer cannot be changed on the way.
    const { signerName } = request.old.spec
    if (!mayUse(authorizer, request.user, 'approve', signerName)) {
      throw refusal(request, `user not permitted to approve requests with signerName ${goQuote(signerName)}`)
    }
    return undefined
  },
}

/** Who puts a certificate or a condition into the status must be allowed to `sign` for the signer. */
export const certificateSigning: AdmissionStep = {
  name: 'CertificateSigning',
  handles: below(GROUP, RESOURCE, 'status', 'update'),
  validate: (request, { authorizer }) => {
    if (request.verb !== 'update' || !isRequest(request.old) || !isRequest(request.object)) return undefined
    const { status: old, spec } = request.old
    const { status } = request.object
    if (status?.certificate === old?.certificate && sameMeaning(status?.conditions, old?.conditions)) return undefined
    if (!mayUse(authorizer, request.user, 'sign', spec.signerName)) {
      throw refusal(request, `user not permitted to sign requests with signerName ${goQuote(spec.signerName)}`)
    }
    return undefined
  },
}

/** The signer of clients signs nothing that may do everything. */
export const certificateSubjectRestriction: AdmissionStep = {
  name: 'CertificateSubjectRestriction',
  handles: itself(GROUP, RESOURCE, 'create'),
  validate: async (request) => {
    if (request.verb !== 'create' || !isRequest(request.object)) return undefined
    if (request.object.spec.signerName !== CLIENT_SIGNER) return undefined
    const read = await readSigningRequest(Buffer.from(request.object.spec.request, 'base64').toString())
    if ('refused' in read) throw refusal(request, `failed to parse CSR: ${read.refused}`)
    if (read.organizations.includes(MASTERS)) {
      throw refusal(request, `use of ${CLIENT_SIGNER} signer with system:masters group is not allowed`)
    }
    return undefined
  },
}

/** By the signer's own name, or by all of its domain: `kubernetes.io` and a star. */
function mayUse(authorizer: Authorizer, user: User, verb: string, signerName: string): boolean {
  const [domain] = signerName.split('/')
  return [signerName, `${domain}/*`].some(
    (name) => authorizer.authorize(user, aboutResource({ verb, group: GROUP, resource: 'signers', name })).allowed,
  )
}
