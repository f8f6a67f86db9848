/**
 * How many seats a request takes: one, but for lists, and watches that begin with one, which take as many as what they
 * hold in memory at a time. Source: apiserver pkg/util/flowcontrol/request/list_work_estimator.go, v1.36.
 */
import { isTrue, type RequestInfo } from '../http/request-info.ts'

/** What is there of the objects that a list goes through. */
export interface Amount {
  readonly objects: number
  readonly averageBytes: number
}

/** A seat for each. */
const BYTES_PER_SEAT = 100_000
/** Lists go out in blocks, so that no more than this is in hand at a time, however long they are. */
const BYTES_IN_HAND_MAX = 1_000_000
/** Where the level sets no other bound. */
const SEATS_MAX = 100

/** The seats of a request. `seatsMax` is the level's own bound, where it has one. */
export function widthOf(
  info: RequestInfo,
  query: URLSearchParams,
  amountOf: (info: Extract<RequestInfo, { readonly about: 'resource' }>) => Amount | undefined,
  seatsMax: number = SEATS_MAX,
): number {
  if (info.about === 'path' || (info.verb !== 'list' && !beginsWithList(info, query))) return 1
  const amount = amountOf(info)
  if (!amount) return 1
  const limit = Number(query.get('limit') ?? 0)
  const objects = info.selectedName !== '' ? 1 : limit > 0 ? Math.min(limit, amount.objects) : amount.objects
  const bytes = Math.min(objects * amount.averageBytes, BYTES_IN_HAND_MAX)
  return Math.max(1, Math.min(seatsMax, SEATS_MAX, Math.ceil(bytes / BYTES_PER_SEAT)))
}

/** A watch of old begins with all there is when it names no version. */
function beginsWithList({ verb }: RequestInfo, query: URLSearchParams): boolean {
  const version = query.get('resourceVersion') ?? ''
  return verb === 'watch' && (isTrue(query.get('sendInitialEvents')) || version === '' || version === '0')
}
