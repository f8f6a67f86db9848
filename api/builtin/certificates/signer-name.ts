/** The names of signers: `example.com/signer`. Source: kubernetes pkg/apis/core/validation ValidateSignerName. */
import { type FieldError, type FieldPath, invalid, required, tooLong } from '../../field-error.ts'
import { byteLength, goQuote } from '../../go-text.ts'
import { checkLabel, checkSubdomain, LABEL_BYTES_MAX, SUBDOMAIN_BYTES_MAX } from '../../names.ts'

/** A domain, a slash, and a path with room for a label, a dot and a subdomain. */
const SIGNER_NAME_BYTES_MAX = SUBDOMAIN_BYTES_MAX + 1 + LABEL_BYTES_MAX + 1 + SUBDOMAIN_BYTES_MAX

/** What is wrong with the name of a signer: a domain with two labels at least, and a path of one segment. */
export function validateSignerName(name: string, path: FieldPath): FieldError[] {
  if (name === '') return [required(path)]
  const [domain = '', below, ...more] = name.split('/')
  if (below === undefined || more.length > 0) {
    const why = "must be a fully qualified domain and path of the form 'example.com/signer-name'"
    return [invalid(path, name, why)]
  }
  return [
    ...(byteLength(domain) > SUBDOMAIN_BYTES_MAX ? [tooLong(path, SUBDOMAIN_BYTES_MAX)] : []),
    ...validateParts(domain, checkLabel, path),
    ...(domain.includes('.')
      ? []
      : [invalid(path, domain, 'should be a domain with at least two segments separated by dots')]),
    ...validateParts(below, checkSubdomain, path),
    ...(byteLength(name) > SIGNER_NAME_BYTES_MAX ? [tooLong(path, SIGNER_NAME_BYTES_MAX)] : []),
  ]
}

/** Of the parts between dots, the first that is wrong. */
function validateParts(whole: string, check: (part: string) => string[], path: FieldPath): FieldError[] {
  const wrong = whole.split('.').find((part) => check(part).length > 0)
  if (wrong === undefined) return []
  return check(wrong).map((why) => invalid(path, whole, `validating label ${goQuote(wrong)}: ${why}`))
}
