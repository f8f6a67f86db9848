/** The names of devices, and of what they are known by. Source: kubernetes pkg/apis/resource/validation. */
import { type FieldError, type FieldPath, invalid, required, tooLong } from '../../field-error.ts'
import { byteLength } from '../../go-text.ts'
import { checkCIdentifier, checkLabel, checkSubdomain, SUBDOMAIN_BYTES_MAX } from '../../names.ts'
import { validateDriverName } from '../storage/driver-name.ts'

/** What is wrong with the name of a device, a request or a counter: a label of DNS. */
export const validateLabelName = (name: string | undefined, path: FieldPath): FieldError[] =>
  checkLabel(name ?? '').map((why) => invalid(path, name ?? '', why))

/** What is wrong with the name of a class of devices. */
export const validateClassName = (name: string | undefined, path: FieldPath): FieldError[] =>
  name ? checkSubdomain(name).map((why) => invalid(path, name, why)) : [required(path)]

/** What is wrong with the name of a pool: subdomains of DNS with slashes between. */
export function validatePoolName(name: string | undefined, path: FieldPath): FieldError[] {
  if (!name) return [required(path)]
  return [
    ...(byteLength(name) > SUBDOMAIN_BYTES_MAX ? [tooLong(path, SUBDOMAIN_BYTES_MAX)] : []),
    ...name.split('/').flatMap((part) => checkSubdomain(part).map((why) => invalid(path, part, why))),
  ]
}

const IDENTIFIER_BYTES_MAX = 32

/** What is wrong with the name of an attribute or a capacity: an identifier of C, with a domain before it or without. */
export function validateQualifiedName(name: string, path: FieldPath): FieldError[] {
  const parts = name.split('/')
  const [domain, identifier] = parts.length === 2 ? parts : [undefined, name]
  if (parts.length > 2) return []
  return [
    ...(domain === '' ? [invalid(path, '', 'the domain must not be empty')] : []),
    ...(domain ? validateDriverName(domain, path) : []),
    ...(parts.length === 2 && !identifier ? [invalid(path, '', 'the name must not be empty')] : []),
    ...(parts.length === 1 || identifier ? validateIdentifier(identifier ?? '', path) : []),
  ]
}

/** As {@link validateQualifiedName}, of a name that must have its domain. */
export const validateFullName = (name: string, path: FieldPath): FieldError[] => [
  ...validateQualifiedName(name, path),
  ...(name.includes('/')
    ? []
    : [invalid(path, name, 'a fully qualified name must be a domain and a name separated by a slash')]),
]

const validateIdentifier = (identifier: string, path: FieldPath): FieldError[] => [
  ...(byteLength(identifier) > IDENTIFIER_BYTES_MAX ? [tooLong(path, IDENTIFIER_BYTES_MAX)] : []),
  ...checkCIdentifier(identifier).map((why) => invalid(path, identifier, why)),
]
