/** What an ingress may not say. Source: kubernetes pkg/apis/networking/validation. */
import { child, type FieldError, type FieldPath, index, invalid, notSupported, required } from '../../../field-error.ts'
import { readIP, validateLegacyIP } from '../../../ip-address.ts'
import {
  checkLabel,
  checkPathSegment,
  checkPortName,
  checkPortNumber,
  checkSubdomain,
  checkWildcardSubdomain,
} from '../../../names.ts'
import type { TypedLocalObjectReference } from '../../../types/core-v1.ts'
import type {
  HTTPIngressPath,
  Ingress,
  IngressBackend,
  IngressRule,
  IngressServiceBackend,
} from '../../../types/networking-v1.ts'
import { validateHostname } from '../../core/service/status.ts'

/** The annotation by which a class was chosen before there was a field. */
export const CLASS_ANNOTATION = 'kubernetes.io/ingress.class'

/** What is wrong with an ingress. What an old one had wrong in names of secrets and under wildcards may stay. */
export function validateIngress({ spec = {} }: Ingress, old?: Ingress): FieldError[] {
  const { rules = [], tls = [], defaultBackend, ingressClassName } = spec
  const keepsSecrets = (old?.spec?.tls ?? []).some(({ secretName }) => checkSecretName(secretName).length > 0)
  const keepsWildcards = (old?.spec?.rules ?? []).some(
    (rule) => rule.host?.includes('*') && validatePaths(rule, '').length > 0,
  )
  return [
    ...(rules.length === 0 && !defaultBackend
      ? [invalid('spec', spec.rules ?? null, 'either `defaultBackend` or `rules` must be specified')]
      : []),
    ...(defaultBackend ? validateBackend(defaultBackend, 'spec.defaultBackend') : []),
    ...rules.flatMap((rule, at) => validateRule(rule, index('spec.rules', at), keepsWildcards)),
    ...tls.flatMap(({ hosts = [], secretName }, at) => {
      const path = index('spec.tls', at)
      return [
        ...hosts.flatMap((host, one) => validateHost(host, index(child(path, 'hosts'), one))),
        ...(keepsSecrets ? [] : checkSecretName(secretName)).map((why) =>
          invalid(child(path, 'secretName'), secretName, why),
        ),
      ]
    }),
    ...(ingressClassName === undefined
      ? []
      : checkSubdomain(ingressClassName).map((why) => invalid('spec.ingressClassName', ingressClassName, why))),
  ]
}

/** The annotation and the field may not differ from the start. */
export function validateClassAnnotation({ metadata, spec }: Ingress): FieldError[] {
  const said = metadata.annotations?.[CLASS_ANNOTATION]
  const name = spec?.ingressClassName
  if (said === undefined || name === undefined || said === name) return []
  return [invalid(`annotations.${CLASS_ANNOTATION}`, said, 'must match `ingressClassName` when both are specified')]
}

/** What is wrong with the status. */
export function validateIngressStatus({ status }: Ingress, old: Ingress): FieldError[] {
  const kept = (old.status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => ip ?? [])
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }, at) => {
    const path = index('status.loadBalancer.ingress', at)
    return [
      ...(ip ? validateLegacyIP(child(path, 'ip'), ip, kept) : []),
      ...(hostname ? validateHostname(child(path, 'hostname'), hostname) : []),
    ]
  })
}

const checkSecretName = (name: string | undefined): string[] => (name ? checkSubdomain(name) : [])

const validateHost = (host: string, path: FieldPath): FieldError[] =>
  (host.includes('*') ? checkWildcardSubdomain(host) : checkSubdomain(host)).map((why) => invalid(path, host, why))

function validateRule(rule: IngressRule, path: FieldPath, keepsWildcards: boolean): FieldError[] {
  const { host = '' } = rule
  const hostPath = child(path, 'host')
  return [
    ...(readIP(host) ? [invalid(hostPath, host, 'must be a DNS name, not an IP address')] : []),
    ...(host === '' ? [] : validateHost(host, hostPath)),
    ...(keepsWildcards && host.includes('*') ? [] : validatePaths(rule, path)),
  ]
}

function validatePaths({ http }: IngressRule, path: FieldPath): FieldError[] {
  if (!http) return []
  const place = child(path, 'http', 'paths')
  const paths = http.paths ?? []
  return paths.length === 0 ? [required(place)] : paths.flatMap((one, at) => validatePath(one, index(place, at)))
}

const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix']
const FORBIDDEN_PARTS = ['//', '/./', '/../', '%2f', '%2F']
const FORBIDDEN_ENDS = ['/..', '/.']

function validatePath({ pathType, path: value = '', backend }: HTTPIngressPath, path: FieldPath): FieldError[] {
  if (!pathType) return [required(child(path, 'pathType'), 'pathType must be specified')]
  const valuePath = child(path, 'path')
  const wrong = (why: string) => invalid(valuePath, value, why)
  const isStrict = pathType === 'Exact' || pathType === 'Prefix'
  const isKnown = PATH_TYPES.includes(pathType)
  const mustBeAbsolute = isKnown && (isStrict || value !== '')
  return [
    ...(mustBeAbsolute && !value.startsWith('/') ? [wrong('must be an absolute path')] : []),
    ...(isStrict ? FORBIDDEN_PARTS.filter((part) => value.includes(part)) : []).map((part) =>
      wrong(`must not contain '${part}'`),
    ),
    ...(isStrict ? FORBIDDEN_ENDS.filter((end) => value.endsWith(end)) : []).map((end) =>
      wrong(`cannot end with '${end}'`),
    ),
    ...(isKnown ? [] : [notSupported(child(path, 'pathType'), pathType, PATH_TYPES)]),
    ...validateBackend(backend ?? {}, child(path, 'backend')),
  ]
}

function validateBackend({ resource, service }: IngressBackend, path: FieldPath): FieldError[] {
  if (resource && service) return [invalid(path, '', 'cannot set both resource and service backends')]
  if (resource) return validateReference(resource, child(path, 'resource'))
  if (service) return validateServiceBackend(service, path)
  return [invalid(path, '', 'resource or service backend is required')]
}

function validateServiceBackend({ name, port }: IngressServiceBackend, path: FieldPath): FieldError[] {
  const namePath = child(path, 'service', 'name')
  const { name: portName, number } = port ?? {}
  return [
    ...(name ? checkLabel(name).map((why) => invalid(namePath, name, why)) : [required(namePath)]),
    ...(portName && number ? [invalid(path, '', 'cannot set both port name & port number')] : []),
    ...(portName && !number
      ? checkPortName(portName).map((why) => invalid(child(path, 'service', 'port', 'name'), portName, why))
      : []),
    ...(number && !portName
      ? checkPortNumber(number).map((why) => invalid(child(path, 'service', 'port', 'number'), number, why))
      : []),
    ...(portName || number ? [] : [required(path, 'port name or number is required')]),
  ]
}

/** What is wrong with a reference to an object of some kind. */
export function validateReference({ apiGroup, kind, name }: TypedLocalObjectReference, path: FieldPath): FieldError[] {
  const segment = (field: string, value: string) =>
    value
      ? checkPathSegment(value).map((why) => invalid(child(path, field), value, why))
      : [required(child(path, field))]
  return [
    ...(apiGroup === undefined
      ? []
      : checkSubdomain(apiGroup).map((why) => invalid(child(path, 'apiGroup'), apiGroup, why))),
    ...segment('kind', kind),
    ...segment('name', name),
  ]
}
