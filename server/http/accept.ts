/**
 * Which form of answer a client wants, and which form its body has.
 * Source: apiserver pkg/endpoints/handlers/negotiation; RFC 9110 section 12.5.1.
 */
import { notAcceptable, notAcceptableAtAll, unsupportedMediaType } from '@muster/api/status.ts'

/** The encodings of Kubernetes; protobuf is for built-in kinds. */
export type MediaType = 'application/json' | 'application/yaml' | 'application/vnd.kubernetes.protobuf'

/** JSON, YAML, protobuf: the order in which a server that is not asked prefers them. */
export const MEDIA_TYPES: readonly MediaType[] = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
]

/** What answers of custom resources and of everything that has no protobuf come in. */
export const TEXT_MEDIA_TYPES: readonly MediaType[] = ['application/json', 'application/yaml']

/** What the client turned out to want. */
export interface Accepted {
  readonly mediaType: MediaType
  /** `as=Table;g=meta.k8s.io;v=v1`: the object in another shape. */
  readonly as?: { readonly kind: string; readonly group: string; readonly version: string }
  readonly pretty: boolean
}

/** What an endpoint can give. */
export interface Offer {
  readonly mediaTypes: readonly MediaType[]
  /** Whether this shape can be given in that encoding. */
  readonly allows: (as: NonNullable<Accepted['as']>, mediaType: MediaType) => boolean
  /** Whether the object itself can be given in that encoding; all of them when absent. */
  readonly plain?: (mediaType: MediaType) => boolean
}

/** The best form that both sides know. Throws NotAcceptable, naming what there is, when there is none. */
export function negotiate(
  accept: string | undefined,
  offer: Offer,
  request: { pretty: boolean; watch: boolean },
): Accepted {
  const [preferred = 'application/json'] = offer.mediaTypes
  if (accept === undefined || accept.trim() === '') return { mediaType: preferred, pretty: request.pretty }
  let isKnown = false
  for (const clause of clausesOf(accept)) {
    for (const mediaType of offer.mediaTypes) {
      if (!fits(clause.type, mediaType)) continue
      isKnown = true
      const { as: kind, g: group = '', v: version = '', stream, pretty, sv } = clause.parameters
      if (stream !== undefined && stream !== '' && stream !== 'watch') continue
      if (request.watch && mediaType === 'application/yaml') continue
      if (sv !== undefined && sv !== '' && sv !== 'v1') continue
      const wish = { mediaType, pretty: pretty === '1' || request.pretty }
      if (kind === undefined && group === '' && version === '') {
        if (offer.plain?.(mediaType) ?? true) return wish
        continue
      }
      const as = { kind: kind ?? '', group, version }
      if (offer.allows(as, mediaType)) return { ...wish, as }
    }
  }
  if (!isKnown) throw notAcceptableAtAll(offer.mediaTypes)
  const plain = offer.mediaTypes.filter((mediaType) => offer.plain?.(mediaType) ?? true)
  throw notAcceptable(request.watch ? plain.map((mediaType) => `${mediaType};stream=watch`) : plain)
}

/** The encoding of a body; JSON when nothing is said. Throws UnsupportedMediaType, naming what there is. */
export function bodyMediaType(contentType: string | undefined, offered: readonly MediaType[]): MediaType {
  if (contentType === undefined || contentType === '') return 'application/json'
  const type = essenceOf(contentType)
  const found = offered.find((mediaType) => mediaType === type)
  if (!found) throw unsupportedMediaType(offered)
  return found
}

/** The media type without its parameters, in lower case. */
export const essenceOf = (contentType: string): string => (contentType.split(';', 1)[0] ?? '').trim().toLowerCase()

/** Browsers and people with curl are shown JSON with line breaks; `pretty` in the query decides where it is given. */
export function wantsPretty(query: URLSearchParams, userAgent = ''): boolean {
  const asked = query.get('pretty')
  if (asked) return ['1', 't', 'T', 'TRUE', 'true', 'True'].includes(asked)
  return ['curl', 'Wget', 'Mozilla/5.0'].some((human) => userAgent.startsWith(human))
}

interface Clause {
  readonly type: string
  readonly quality: number
  readonly parameters: Readonly<Record<string, string>>
}

/** Each client sends the same few headers again and again. */
const CLAUSES_MAX = 200
const known = new Map<string, readonly Clause[]>()

function clausesOf(accept: string): readonly Clause[] {
  const found = known.get(accept)
  if (found) return found
  if (known.size >= CLAUSES_MAX) known.clear()
  const clauses = parseAccept(accept)
  known.set(accept, clauses)
  return clauses
}

/** Best quality first; among equals, the more exact type first, then in the order given. */
function parseAccept(header: string): Clause[] {
  const clauses = header.split(',').map((text): Clause => {
    const [type = '', ...rest] = text.split(';').map((part) => part.trim())
    const parameters: Record<string, string> = {}
    for (const parameter of rest) {
      const at = parameter.indexOf('=')
      if (at > 0)
        parameters[parameter.slice(0, at).trim()] = parameter
          .slice(at + 1)
          .trim()
          .replace(/^"(.*)"$/, '$1')
    }
    const { q = '1', ...others } = parameters
    const quality = Number(q)
    return { type: type.toLowerCase(), quality: Number.isNaN(quality) ? 1 : quality, parameters: others }
  })
  return clauses
    .filter(({ quality }) => quality > 0)
    .sort((one, other) => other.quality - one.quality || wildcards(one.type) - wildcards(other.type))
}

const wildcards = (type: string): number => type.split('*').length - 1

function fits(pattern: string, mediaType: string): boolean {
  // As the router of Kubernetes has it: a type is named in full, or not at all.
  return pattern === '*/*' || pattern === mediaType
}
