/** The forms in which resources can be had, and the one that a client wants. */
import { type Accepted, MEDIA_TYPES, negotiate, type Offer, TEXT_MEDIA_TYPES, wantsPretty } from '../http/accept.ts'
import type { ResourceCall } from './call.ts'

/** What the client accepts of what there is. Throws NotAcceptable. */
export function acceptedOf({ request, served, info }: ResourceCall): Accepted {
  const pretty = wantsPretty(request.query, request.headers['user-agent'])
  const accept = request.query.get('as') === 'Table' ? TABLE : request.headers.accept
  return negotiate(accept, offerOf(served), {
    pretty,
    watch: info.verb === 'watch',
  })
}

function offerOf({ builtIn, kind: { verbs } }: ResourceCall['served']): Offer {
  if (!builtIn) return CUSTOM_OFFER
  return verbs?.length === 1 && verbs[0] === 'create' ? REVIEW_OFFER : BUILT_IN_OFFER
}

/** `?as=Table` is Muster's own: kubectl get --raw cannot say it in a header. */
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io'

const META_VERSIONS: ReadonlySet<string> = new Set(['v1', 'v1beta1'])

const BUILT_IN_OFFER: Offer = {
  mediaTypes: MEDIA_TYPES,
  allows({ kind, group, version }, mediaType) {
    if (group !== 'meta.k8s.io' || !META_VERSIONS.has(version)) return false
    if (kind === 'Table') return mediaType !== 'application/vnd.kubernetes.protobuf'
    return kind === 'PartialObjectMetadata' || kind === 'PartialObjectMetadataList'
  },
}

/** What is not kept has no tables. */
const REVIEW_OFFER: Offer = {
  mediaTypes: MEDIA_TYPES,
  allows: (as, mediaType) => as.kind !== 'Table' && BUILT_IN_OFFER.allows(as, mediaType),
}

/** Metadata has a protobuf form even where the object has none. */
const CUSTOM_OFFER: Offer = {
  mediaTypes: MEDIA_TYPES,
  allows: BUILT_IN_OFFER.allows,
  plain: (mediaType) => TEXT_MEDIA_TYPES.includes(mediaType),
}
