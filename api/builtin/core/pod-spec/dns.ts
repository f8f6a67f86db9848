/** How a pod finds names, and what it is called itself. Source: kubernetes pkg/apis/core/validation validatePodDNSConfig. */
import {
  child,
  type FieldError,
  type FieldPath,
  forbidden,
  index,
  invalid,
  required,
  tooLong,
} from '../../../field-error.ts'
import { byteLength } from '../../../go-text.ts'
import { validateLegacyIP } from '../../../ip-address.ts'
import { checkSubdomain, checkSubdomainWithUnderscore } from '../../../names.ts'
import type { HostAlias, PodSpec } from '../../../types/core-v1.ts'
import { complaints } from '../../checks.ts'

/** What Linux can take. Source: kubernetes MaxDNSNameservers and its like. */
const NAMESERVERS_MAX = 3
const SEARCHES_MAX = 32
const SEARCH_CHARACTERS_MAX = 2048
const HOSTNAME_BYTES_MAX = 64

/** What is wrong with the configuration of names; `None` needs one. */
export function validateDns({ dnsPolicy, dnsConfig }: PodSpec, path: FieldPath): FieldError[] {
  const { nameservers = [], searches = [], options = [] } = dnsConfig ?? {}
  if (dnsPolicy === 'None' && !dnsConfig) {
    return [required(path, 'must provide `dnsConfig` when `dnsPolicy` is None')]
  }
  if (dnsPolicy === 'None' && nameservers.length === 0) {
    return [required(child(path, 'nameservers'), 'must provide at least one DNS nameserver when `dnsPolicy` is None')]
  }
  const refuse = (field: string, value: readonly string[], why: string) => [
    invalid(child(path, field), value, `must not have more than ${why}`),
  ]
  return [
    ...(nameservers.length > NAMESERVERS_MAX
      ? refuse('nameservers', nameservers, `${NAMESERVERS_MAX} nameservers`)
      : []),
    ...nameservers.flatMap((address, at) => validateLegacyIP(index(child(path, 'nameservers'), at), address)),
    ...(searches.length > SEARCHES_MAX ? refuse('searches', searches, `${SEARCHES_MAX} search paths`) : []),
    ...(searches.join(' ').length > SEARCH_CHARACTERS_MAX
      ? refuse('searches', searches, `${SEARCH_CHARACTERS_MAX} characters (including spaces) in the search list`)
      : []),
    ...searches.flatMap((search, at) =>
      search === '.'
        ? []
        : complaints(checkSubdomainWithUnderscore, search.replace(/\.$/, ''), index(child(path, 'searches'), at)),
    ),
    ...options.flatMap(({ name }, at) =>
      name ? [] : [required(index(child(path, 'options'), at), 'must not be empty')],
    ),
  ]
}

/** What is wrong with names that a pod gives to addresses. */
export const validateHostAliases = (aliases: readonly HostAlias[], path: FieldPath): FieldError[] =>
  aliases.flatMap(({ ip = '', hostnames = [] }, at) => [
    ...validateLegacyIP(child(index(path, at), 'ip'), ip),
    ...hostnames.flatMap((name, nameAt) =>
      complaints(checkSubdomain, name, index(child(index(path, at), 'hostnames'), nameAt)),
    ),
  ])

/** What is wrong with the name that a pod has instead of its own. */
export function validateHostnameOverride(spec: PodSpec, path: FieldPath): FieldError[] {
  const { hostnameOverride: name, setHostnameAsFQDN, hostNetwork } = spec
  if (name === undefined) return []
  return [
    ...(setHostnameAsFQDN ? [forbidden(path, 'may not be specified when setHostnameAsFQDN is true')] : []),
    ...(hostNetwork ? [forbidden(path, 'may not be specified when hostNetwork is true')] : []),
    ...(byteLength(name) > HOSTNAME_BYTES_MAX ? [tooLong(path, HOSTNAME_BYTES_MAX)] : []),
    ...complaints(checkSubdomain, name, path),
  ]
}
