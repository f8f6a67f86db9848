/**
 * A fence, as it travels: a header that a leader sends with each of its writes.
 *
 *     Muster-Fence: shop/controllers@42        election `controllers` of namespace `shop`, term 42
 *     Muster-Fence: hub/shop/controllers@42    the same, of logical cluster `hub`, whichever the write goes to
 *
 * The term is the revision at which the leader's candidate came to be: its resourceVersion. The write is made while
 * that candidate is there, or not at all.
 */
import { ControlError } from '@muster/base/errors.ts'

/** The header that says in which term of which election a write is made. */
export const FENCE_HEADER = 'muster-fence'

/** A term of an election. */
export interface Fence {
  /** The logical cluster of the election; that of the write when absent. */
  readonly cluster?: string
  readonly namespace: string
  readonly election: string
  /** A revision: a safe integer above 0. */
  readonly term: number
}

/** As in the header. */
export const formatFence = ({ cluster, namespace, election, term }: Fence): string =>
  `${cluster === undefined ? '' : `${cluster}/`}${namespace}/${election}@${term}`

/** The inverse; undefined for any other text. */
export function parseFence(text: string): Fence | undefined {
  const [, cluster, namespace, election, digits] =
    /^(?:([^/@]+)\/)?([^/@]+)\/([^/@]+)@([1-9]\d{0,15})$/.exec(text) ?? []
  const term = Number(digits)
  if (namespace === undefined || election === undefined || !Number.isSafeInteger(term)) return undefined
  return { ...(cluster === undefined ? {} : { cluster }), namespace, election, term }
}

/** The fence that a request states, if any. Throws BadRequest, naming the header, for one that cannot be read. */
export function statedFence(headers: Readonly<Record<string, string | undefined>>): Fence | undefined {
  const text = headers[FENCE_HEADER]
  if (text === undefined) return undefined
  const fence = parseFence(text)
  if (fence) return fence
  const why = `"${text}" is not [CLUSTER/]NAMESPACE/ELECTION@TERM, such as shop/controllers@42`
  throw new ControlError('BadRequest', `header ${FENCE_HEADER}: ${why}`)
}
