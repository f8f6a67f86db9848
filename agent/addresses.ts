/** Addresses of pods. */
import { formatIP, type IPRange } from '@muster/api/ip-address.ts'
import { ControlError } from '@muster/base/errors.ts'

/** Gives each pod an address of its own. */
export interface Network {
  /**
   * The addresses of a pod, the first of them its own; the same ones until they are given back. `known` are those that
   * its status has: who came back after a restart goes on with them. Throws when there is none left.
   */
  take(podUid: string, known: readonly string[]): Promise<readonly string[]>
  giveBack(podUid: string): Promise<void>
}

/** Addresses of a range, the lowest free one first; touches nothing. The first and the last of the range are left out. */
export function rangeNetwork(range: Omit<IPRange, 'written'>): Network {
  const size = 2n ** BigInt((range.family === 'IPv4' ? 32 : 128) - range.prefixLength)
  const byPod = new Map<string, readonly string[]>()
  const taken = new Set<string>()
  let next = 1n

  const isFree = (address: string | undefined): address is string => address !== undefined && !taken.has(address)
  const free = (): string => {
    for (let tried = 0n; tried < size; tried++) {
      const address = formatIP({ family: range.family, bits: range.bits + next })
      next = next + 1n >= size - 1n ? 1n : next + 1n
      if (isFree(address)) return address
    }
    throw new ControlError('TooManyRequests', `all addresses of the node's range are taken by ${byPod.size} pods`)
  }
  return {
    async take(podUid, [known]) {
      const before = byPod.get(podUid)
      if (before) return before
      const address = isFree(known) ? known : free()
      taken.add(address)
      byPod.set(podUid, [address])
      return [address]
    },
    async giveBack(podUid) {
      for (const address of byPod.get(podUid) ?? []) taken.delete(address)
      byPod.delete(podUid)
    },
  }
}
