/** The name of an image, as far as Kubernetes itself reads it. Source: kubernetes pkg/util/parsers ParseImageName. */

const DOMAIN_PART = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])'
const HOST = `(?:${DOMAIN_PART}(?:\\.${DOMAIN_PART})*|\\[[a-fA-F0-9:]+\\])`
const PATH_PART = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*'
const NAME = `(?:${HOST}(?::[0-9]+)?/)?${PATH_PART}(?:/${PATH_PART})*`
const REFERENCE = new RegExp(
  `^${NAME}(?::(?<tag>[\\w][\\w.-]{0,127}))?(?<digest>@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$`,
)

/** The tag that is meant: `latest` when the image says neither tag nor digest; empty for a digest, or for no name at all. */
export function tagOf(image: string): string {
  const { groups } = REFERENCE.exec(image) ?? {}
  if (!groups) return ''
  return groups.tag ?? (groups.digest ? '' : 'latest')
}

/** How an image is pulled when nothing is said: `latest` may be another tomorrow. */
export const pullPolicyOf = (image: string): string => (tagOf(image) === 'latest' ? 'Always' : 'IfNotPresent')
