/** A wish for a certificate: who has it, what was decided, and what was issued. */
import { NAME_COLUMN } from '../../columns.ts'
import { humanDuration } from '../../duration.ts'
import { duplicate, type FieldError, forbidden, index, invalid, notSupported, required } from '../../field-error.ts'
import type { RuleContext } from '../../kind.ts'
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import type { KubeObject } from '../../object.ts'
import type {
  CertificateSigningRequest,
  CertificateSigningRequestSpec,
  CertificateSigningRequestStatus,
} from '../../types/certificates-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { keepDecisions, validateConditions, validateConditionsUpdate, withTimes } from './conditions.ts'
import { sayNoCertificates, sayNoRequest } from './pem.ts'
import { validateSignerName } from './signer-name.ts'

/** CertificateSigningRequest. Source: kubernetes pkg/registry/certificates/certificates, pkg/apis/certificates. */
export const certificateSigningRequest = builtIn<CertificateSigningRequest>({
  group: 'certificates.k8s.io',
  kind: 'CertificateSigningRequest',
  plural: 'certificatesigningrequests',
  shortNames: ['csr'],
  scope: 'Cluster',
  versions: [
    {
      name: 'v1',
      subresources: {
        status: true,
        others: [
          {
            name: 'approval',
            kind: 'CertificateSigningRequest',
            verbs: ['get', 'update', 'patch'],
            writesStatus: true,
          },
        ],
      },
      columns: [
        NAME_COLUMN,
        AGE_COLUMN,
        column(
          'SignerName',
          'Requested signer for the request. It is a qualified name in the form: `scope-hostname.io/name`. If empty, it will be defaulted:\n 1. If it\'s a kubelet client certificate, it is assigned\n    "kubernetes.io/kube-apiserver-client-kubelet".\n 2. If it\'s a kubelet serving certificate, it is assigned\n    "kubernetes.io/kubelet-serving".\n 3. Otherwise, it is assigned "kubernetes.io/legacy-unknown".\nDistribution of trust for signers happens out of band. You can select on this field using `spec.signerName`.',
          ({ spec }) => spec.signerName || '<none>',
        ),
        column('Requestor', 'Base64-encoded PKCS#10 CSR data', ({ spec }) => spec.username ?? ''),
        column(
          'RequestedDuration',
          'expirationSeconds is the requested duration of validity of the issued certificate. The certificate signer may issue a certificate with a different validity duration so a client must check the delta between the notBefore and and notAfter fields in the issued certificate to determine the actual duration.\n\nThe v1.22+ in-tree implementations of the well-known Kubernetes signers will honor this field as long as the requested duration is not greater than the maximum duration they will honor per the --cluster-signing-duration CLI flag to the Kubernetes controller manager.\n\nCertificate signers may not honor this field for various reasons:\n\n  1. Old signer that is unaware of the field (such as the in-tree\n     implementations prior to v1.22)\n  2. Signer whose configured maximum is shorter than the requested duration\n  3. Signer whose configured minimum is longer than the requested duration\n\nThe minimum valid value for expirationSeconds is 600, i.e. 10 minutes.',
          ({ spec }) =>
            spec.expirationSeconds === undefined ? '<none>' : humanDuration(spec.expirationSeconds * 1000),
        ),
        column('Condition', 'Conditions applied to the request, such as approval or denial.', ({ status }) =>
          sayState(status ?? {}),
        ),
      ],
    },
  ],
  rules: {
    generation: 'none',
    name: 'path-segment',
    prepareForCreate({ spec }, { user }) {
      recordUser(spec, user)
    },
    prepareForUpdate(request, old, { subresource, now }) {
      request.spec = old.spec
      if (subresource === '') return
      const before = old.status?.conditions ?? []
      const given = request.status?.conditions ?? []
      const conditions = withTimes(subresource === 'status' ? keepDecisions(given, before) : given, before, now)
      const certificate = (subresource === 'status' ? request.status : old.status)?.certificate
      request.status = {
        ...(certificate === undefined ? {} : { certificate }),
        ...(conditions.length > 0 ? { conditions } : {}),
      }
    },
    // Nothing changes the spec, so that what was let through once stays.
    validate: ({ metadata, spec, status }, { old }) => [
      ...validateBuiltInFinalizers(metadata.finalizers, 'metadata.finalizers'),
      ...(old ? [] : validateSpec(spec)),
      ...validateConditions(status?.conditions ?? [], statusOf(old).conditions ?? []),
      ...validateCertificate(status?.certificate, old && statusOf(old).certificate),
    ],
    validateUpdate: ({ status = {} }, { status: old = {} }, { subresource }) => [
      ...validateConditionsUpdate(status.conditions ?? [], old.conditions ?? [], subresource === 'approval'),
      ...validateSameCertificate(status, old, subresource),
    ],
    selectableFields: ['spec.signerName'],
    fieldOf: ({ spec }) => spec.signerName,
  },
})

const statusOf = (
  request: (KubeObject & { status?: CertificateSigningRequestStatus }) | undefined,
): CertificateSigningRequestStatus => request?.status ?? {}

/** Who asks is what the server saw, whatever the request says. */
function recordUser(spec: CertificateSigningRequestSpec, user: RuleContext['user']): void {
  delete spec.username
  delete spec.uid
  delete spec.groups
  delete spec.extra
  if (!user) return
  spec.username = user.username
  if (user.uid) spec.uid = user.uid
  if (user.groups.length > 0) spec.groups = [...user.groups]
  const extra = Object.entries(user.extra ?? {}).map(([key, values]): [string, string[]] => [key, [...values]])
  if (extra.length > 0) spec.extra = Object.fromEntries(extra)
}

function sayState({ conditions = [], certificate }: CertificateSigningRequestStatus): string {
  const has = (wanted: string) => conditions.some(({ type }) => type === wanted)
  const decision = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending'
  return [decision, ...(has('Failed') ? ['Failed'] : []), ...(certificate ? ['Issued'] : [])].join(',')
}

/** In byte order, as messages list them. Source: kubernetes pkg/apis/certificates types.go KeyUsage. */
const USAGES = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
]

const LEGACY_SIGNER = 'kubernetes.io/legacy-unknown'
const EXPIRATION_SECONDS_MIN = 600

function validateSpec(spec: CertificateSigningRequestSpec): FieldError[] {
  const { request, signerName = '', expirationSeconds: expiration } = spec
  const usages = spec.usages ?? []
  const wrongRequest = sayNoRequest(request ?? '')
  return [
    ...(wrongRequest ? [invalid('spec.request', request ?? null, wrongRequest)] : []),
    ...(usages.length === 0 ? [required('spec.usages')] : []),
    ...usages.flatMap((usage, at) =>
      USAGES.includes(usage) ? [] : [notSupported(index('spec.usages', at), usage, USAGES)],
    ),
    ...usages.flatMap((usage, at) => (usages.indexOf(usage) < at ? [duplicate(index('spec.usages', at), usage)] : [])),
    ...(signerName === LEGACY_SIGNER
      ? [invalid('spec.signerName', signerName, 'the legacy signerName is not allowed via this API version')]
      : validateSignerName(signerName, 'spec.signerName')),
    ...(expiration !== undefined && expiration < EXPIRATION_SECONDS_MIN
      ? [invalid('spec.expirationSeconds', expiration, 'may not specify a duration less than 600 seconds (10 minutes)')]
      : []),
  ]
}

/** A certificate that was there, or was wrong before, is not looked at again. */
function validateCertificate(certificate: string | undefined, old: string | undefined): FieldError[] {
  if (!certificate || certificate === old || (old && sayNoCertificates(old))) return []
  const wrong = sayNoCertificates(certificate)
  return wrong ? [invalid('status.certificate', '<certificate data>', wrong)] : []
}

function validateSameCertificate(
  { certificate = '' }: CertificateSigningRequestStatus,
  { certificate: old = '' }: CertificateSigningRequestStatus,
  subresource: string,
): FieldError[] {
  if (certificate === old) return []
  if (subresource !== 'status') return [forbidden('status.certificate', 'updates may not set certificate content')]
  return old === '' ? [] : [forbidden('status.certificate', 'updates may not modify existing certificate content')]
}
