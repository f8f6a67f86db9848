/**
 * Where on this machine's loopback the pods and services of each member cluster are. No two clusters share an address,
 * also of different control planes, which know nothing of each other: a slot is held by a socket that one alone can have.
 *
 *     127.64+N.0.0/16    pods: a /24 for each node, whose first address is the node's own
 *     127.64+N.255.253   the API of the cluster, at /, for those within
 *     127.64+N.255.252   the DNS of the cluster
 *     127.64+N.255.254   the socket that holds slot N
 *     127.128+N.0.0/16   services, the first address the API's
 *
 * A cluster keeps its slot for ever, since its services have addresses of it: also while it does not run (`slots.ts`).
 */
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import type { IPRange } from '@muster/api/ip-address.ts'
import { between, type Random } from '@muster/base/random.ts'
import { type ClusterNetwork, loopbackNetwork } from '@muster/server/cluster/network.ts'
import { rangeOf } from '@muster/server/services/ranges.ts'
import { writeSecret } from '../api-server/home.ts'
import type { Place } from '../control-plane/place.ts'
import { portHolder } from '../control-plane/port-holder.ts'
import { text } from '../terminal/language.ts'
import { trouble } from '../trouble.ts'
import { claimSlots, SLOTS_FILE, slotsOf, slotsOfOthers } from './slots.ts'

/** The addresses of one member. */
export interface MemberRanges {
  readonly network: ClusterNetwork
  /** The address of the cluster's API for those within. */
  readonly front: string
  /** Where pods ask for names. */
  readonly dns: string
  /** The range of a node, by its place among the nodes of the cluster. */
  nodeRange(at: number): IPRange
  /** The address of a node itself. */
  nodeAddress(at: number): string
}

/** Slots that are held until they are let go. */
export interface HeldRanges {
  readonly members: ReadonlyMap<string, MemberRanges>
  release(): Promise<void>
}

const SLOTS = 64
/** Any port will do; nobody listens for anything. */
const HOLDING_PORT = 20_864

/** Holds a slot for each cluster: that of the last time, or a free one. Throws MUS0117 when there is none to be had. */
export async function holdRanges(place: Place, clusters: readonly string[], random: Random): Promise<HeldRanges> {
  const known = await slotsOf(place.data)
  if (clusters.length === 0) return { members: new Map(), release: async () => {} }
  const held: Server[] = []
  const members = new Map<string, MemberRanges>()
  // By chance: those whose notes are lost know nothing of each other.
  const first = between(random, 0, SLOTS - 1)
  const others = await slotsOfOthers(place.data)
  const release = async () => {
    await Promise.all(held.map((server) => once(server.close(), 'close')))
  }
  try {
    for (const cluster of clusters) {
      const usual = known.get(cluster)
      const taken = new Set(known.values())
      const free = Array.from({ length: SLOTS }, (_, at) => (first + at) % SLOTS).filter(
        (at) => !taken.has(at) && !others.has(at),
      )
      const { server, at } = await holdOne(usual === undefined ? free : [usual], cluster)
      held.push(server)
      known.set(cluster, at)
      members.set(cluster, rangesAt(at))
    }
    await writeSecret(JSON.stringify(Object.fromEntries(known)), place.data, SLOTS_FILE)
    await claimSlots(place.data, known.values()).catch(() => {})
    return { members, release }
  } catch (error) {
    await release()
    throw error
  }
}

/** True where member clusters were started before: they are to come back. */
export const hadRanges = async (place: Place): Promise<boolean> => (await slotsOf(place.data)).size > 0

async function holdOne(candidates: readonly number[], cluster: string): Promise<{ server: Server; at: number }> {
  let why = ''
  for (const at of candidates) {
    const server = createServer().unref()
    const host = `127.${64 + at}.255.254`
    const code = await new Promise<string | undefined>((resolve) => {
      server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      server.listen({ host, port: HOLDING_PORT, exclusive: true }, () => resolve(undefined))
    })
    if (code === undefined) return { server, at }
    const holder = code === 'EADDRINUSE' ? portHolder(HOLDING_PORT, host) : undefined
    why = `${host}: ${code}${holder ? `, ${holder}` : ''}`
    if (code !== 'EADDRINUSE') break
  }
  throw trouble('MUS0117', {
    what: text(`no addresses for the cluster ${cluster} (${why})`, `集群 ${cluster} 没有可用的地址（${why}）`),
    next: ['muster doctor', 'muster up'],
  })
}

const rangesAt = (at: number): MemberRanges => ({
  network: loopbackNetwork(rangeOf(`127.${128 + at}.0.0/16`)),
  front: `127.${64 + at}.255.253`,
  dns: `127.${64 + at}.255.252`,
  nodeRange: (node) => rangeOf(`127.${64 + at}.${node}.0/24`),
  nodeAddress: (node) => `127.${64 + at}.${node}.1`,
})
