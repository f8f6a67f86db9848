/** From where services get their addresses and their ports on every node. */
import { type IPFamily, type IPRange, readRange } from '@muster/api/ip-address.ts'
import { assert } from '@muster/base/errors.ts'
import { between, type Random } from '@muster/base/random.ts'

/** What a cluster has to give. One family for now: services of both families need a range of each. */
export interface ServiceRanges {
  readonly addresses: Readonly<Partial<Record<IPFamily, IPRange>>>
  readonly ports: PortRange
}

/** Both ends are in it. */
export interface PortRange {
  readonly first: number
  readonly last: number
}

/** A range that is written in the code. */
export function rangeOf(text: string): IPRange {
  const range = readRange(text)
  assert(range, `'${text}' is a range of addresses`)
  return range
}

/** Source of the ports: kube-apiserver's default; of the addresses: what kubeadm gives, and `kubectl` shows everywhere. */
export const DEFAULT_RANGES: ServiceRanges = {
  addresses: { IPv4: rangeOf('10.96.0.0/16') },
  ports: { first: 30000, last: 32767 },
}

/**
 * Numbers from 0 to `size - 1`, each at most twice: some drawn from above the first `spared`, and then all in order.
 * The first are spared for those who ask for a number by name. Source: Kubernetes KEP-3070, KEP-3668.
 */
export function* candidates(size: number, spared: number, random: Random): Iterable<number> {
  for (let drawn = 0; drawn < DRAWN_MAX && spared < size; drawn++) yield between(random, spared, size - 1)
  for (let at = spared; at < size; at++) yield at
  for (let at = 0; at < Math.min(spared, size); at++) yield at
}

/** A range that is nine tenths full gives one within so many draws, with a chance of a thousandth not to. */
const DRAWN_MAX = 64

/** How many of so many are spared. Source: KEP-3070 with 16, 16 and 256; KEP-3668 with 32, 16 and 128. */
export const sparedOf = (size: number, share: number, atLeast: number, atMost: number): number =>
  size < atLeast * 2 ? 0 : Math.min(Math.max(atLeast, Math.floor(size / share)), atMost)
