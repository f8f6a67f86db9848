/**
 * A fence, as it travels: a header that a leader sends with each of its writes, or a parameter of their query, for
 * clients that cannot set headers.
 *
 *     Muster-Fence: shop/controllers@42        election `controllers` of namespace `shop`, term 42
 *     Muster-Fence: hub/shop/controllers@42    the same, of logical cluster `hub`, whichever the write goes to
 *     ?fence=shop/controllers@42
 *
 * The term is the revision at which the leader's candidate came to be: its resourceVersion. The write is made while
 * that candidate is there, or not at all.
 */
import { ControlError } from '@muster/base/errors.ts'
import type { ApiRequest } from '../message.ts'

/** The header that says in which term of which election a write is made. */
export const FENCE_HEADER = 'muster-fence'

/** The parameter that says the same. */
export const FENCE_PARAMETER = 'fence'

/** Where a fence is stated. */
export type Fenced = Pick<ApiRequest, 'headers' | 'query'>

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

/** True for a request that states one, whether or not it can be read. */
export const hasFence = ({ headers, query }: Fenced): boolean =>
  headers[FENCE_HEADER] !== undefined || query.has(FENCE_PARAMETER)

/** The fence that a request states, if any. Throws BadRequest, naming where, for one that cannot be read, and for two. */
export function statedFence({ headers, query }: Fenced): Fence | undefined {
  const [inHeader, inQuery] = [headers[FENCE_HEADER], query.get(FENCE_PARAMETER) ?? undefined]
  const text = inHeader ?? inQuery
  if (text === undefined) return undefined
  const where = inHeader === undefined ? `parameter ${FENCE_PARAMETER}` : `header ${FENCE_HEADER}`
  if (inHeader !== undefined && inQuery !== undefined && inHeader !== inQuery)
    throw new ControlError(
      'BadRequest',
      `${where}: "${inHeader}" is not the parameter ${FENCE_PARAMETER}, "${inQuery}"`,
    )
  const fence = parseFence(text)
  if (fence) return fence
  const why = `"${text}" is not [CLUSTER/]NAMESPACE/ELECTION@TERM, such as shop/controllers@42`
  throw new ControlError('BadRequest', `${where}: ${why}`)
}
