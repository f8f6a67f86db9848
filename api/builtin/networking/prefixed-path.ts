/** A domain and a path below it: `example.com/controller`. Source: apimachinery IsDomainPrefixedPath. */
import { type FieldError, type FieldPath, invalid, required } from '../../field-error.ts'
import { checkSubdomain } from '../../names.ts'

const PATH = /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/

/** What is wrong with a path below a domain. */
export function validatePrefixedPath(path: FieldPath, value: string): FieldError[] {
  if (value === '') return [required(path)]
  const slash = value.indexOf('/')
  const [domain, rest] = [value.slice(0, slash), value.slice(slash + 1)]
  if (slash < 1 || rest === '') {
    return [invalid(path, value, 'must be a domain-prefixed path (such as "acme.io/foo")')]
  }
  return [
    ...checkSubdomain(domain).map((why) => invalid(path, domain, why)),
    ...(PATH.test(rest)
      ? []
      : [invalid(path, rest, `Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')`)]),
  ]
}
