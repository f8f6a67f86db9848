/** One version of one group of the API, and who serves it. */
import { NAME_COLUMN } from '../../columns.ts'
import { type FieldError, invalid, notSupported, required } from '../../field-error.ts'
import { goQuote } from '../../go-text.ts'
import { check1035Label, checkPathSegment, checkPortNumber, checkSubdomain } from '../../names.ts'
import type { APIService, APIServiceSpec, APIServiceStatus } from '../../types/apiregistration-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { keepMetadata } from '../status-metadata.ts'

/** APIService. Source: kube-aggregator pkg/registry/apiservice, pkg/apis/apiregistration. */
export const apiService = builtIn<APIService>({
  group: 'apiregistration.k8s.io',
  kind: 'APIService',
  plural: 'apiservices',
  categories: ['api-extensions'],
  scope: 'Cluster',
  versions: [
    {
      name: 'v1',
      subresources: { status: true },
      default({ spec }) {
        if (spec?.service) spec.service.port ??= 443
      },
      columns: [
        NAME_COLUMN,
        column('Service', 'The reference to the service that hosts this API endpoint.', ({ spec }) =>
          spec?.service ? `${spec.service.namespace ?? ''}/${spec.service.name ?? ''}` : 'Local',
        ),
        column('Available', 'Whether this service is available.', ({ status }) => sayAvailable(status)),
        AGE_COLUMN,
      ],
    },
  ],
  rules: {
    generation: 'none',
    unconditionalUpdate: false,
    // Its name follows from what it is of: see validateName.
    name: () => [],
    prepareForCreate(service, { now }) {
      const isLocal = !service.spec?.service
      service.status = isLocal ? { conditions: [{ ...LOCAL, lastTransitionTime: now }] } : {}
    },
    prepareForUpdate({ metadata }, old, { subresource }) {
      if (subresource === 'status') keepMetadata(metadata, old.metadata)
    },
    validate: ({ metadata, spec, status }, { subresource }) =>
      subresource === 'status'
        ? validateStatus(status ?? {})
        : [...validateName(metadata.name ?? '', spec ?? NO_SPEC), ...validateSpec(spec ?? NO_SPEC)],
  },
})

const LOCAL = {
  type: 'Available',
  status: 'True',
  reason: 'Local',
  message: 'Local APIServices are always available',
}

const NO_SPEC: APIServiceSpec = { groupPriorityMinimum: 0, versionPriority: 0 }

function sayAvailable(status: APIServiceStatus | undefined): string {
  const available = status?.conditions?.find(({ type }) => type === 'Available')
  if (!available) return 'Unknown'
  const { status: said, reason } = available
  return said === 'True' || !reason ? said : `${said} (${reason})`
}

function validateName(name: string, { group = '', version = '' }: APIServiceSpec): FieldError[] {
  // That there is none is said of the metadata.
  if (name === '') return []
  const wrong = checkPathSegment(name)
  if (wrong.length > 0) return wrong.map((why) => invalid('metadata.name', name, why))
  const expected = `${version}.${group}`
  if (name === expected) return []
  return [invalid('metadata.name', name, `must be \`spec.version+"."+spec.group\`: ${goQuote(expected)}`)]
}

const GROUP_PRIORITY_MAX = 20_000
const VERSION_PRIORITY_MAX = 1000

function validateSpec(spec: APIServiceSpec): FieldError[] {
  const { group = '', version = '', groupPriorityMinimum = 0, versionPriority = 0, service } = spec
  const errors: FieldError[] = []
  if (group === '' && version !== 'v1') {
    errors.push(required('spec.group', 'only v1 may have an empty group and it better be legacy kube'))
  }
  if (group !== '') errors.push(...checkSubdomain(group).map((why) => invalid('spec.group', group, why)))
  errors.push(...check1035Label(version).map((why) => invalid('spec.version', version, why)))
  if (groupPriorityMinimum <= 0 || groupPriorityMinimum > GROUP_PRIORITY_MAX) {
    const why = `must be positive and less than ${GROUP_PRIORITY_MAX}`
    errors.push(invalid('spec.groupPriorityMinimum', groupPriorityMinimum, why))
  }
  if (versionPriority <= 0 || versionPriority > VERSION_PRIORITY_MAX) {
    const why = `must be positive and less than ${VERSION_PRIORITY_MAX}`
    errors.push(invalid('spec.versionPriority', versionPriority, why))
  }
  return [...errors, ...(service ? validateRemote(spec, service) : validateLocal(spec))]
}

function validateLocal({ caBundle, insecureSkipTLSVerify = false }: APIServiceSpec): FieldError[] {
  const why = 'local APIServices may not have'
  return [
    ...(caBundle ? [invalid('spec.caBundle', `${bytesOf(caBundle)} bytes`, `${why} a caBundle`)] : []),
    ...(insecureSkipTLSVerify
      ? [invalid('spec.insecureSkipTLSVerify', insecureSkipTLSVerify, `${why} insecureSkipTLSVerify`)]
      : []),
  ]
}

const bytesOf = (base64: string): number => Math.floor((base64.replace(/=+$/, '').length * 3) / 4)

function validateRemote(
  { caBundle, insecureSkipTLSVerify = false }: APIServiceSpec,
  { namespace, name, port = 0 }: NonNullable<APIServiceSpec['service']>,
): FieldError[] {
  const wrongPort = checkPortNumber(port)
  return [
    ...(namespace ? [] : [required('spec.service.namespace')]),
    ...(name ? [] : [required('spec.service.name')]),
    ...(wrongPort.length > 0 ? [invalid('spec.service.port', port, `port is not valid: ${wrongPort.join(', ')}`)] : []),
    ...(insecureSkipTLSVerify && caBundle
      ? [invalid('spec.insecureSkipTLSVerify', insecureSkipTLSVerify, 'may not be true if caBundle is present')]
      : []),
  ]
}

const STATUSES = ['True', 'False', 'Unknown']

const validateStatus = ({ conditions }: APIServiceStatus): FieldError[] =>
  (conditions ?? []).flatMap(({ status }, at) =>
    STATUSES.includes(status) ? [] : [notSupported(`status.conditions[${at}].status`, status, STATUSES)],
  )
