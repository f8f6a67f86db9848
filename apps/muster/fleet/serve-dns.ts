/** Serves the DNS of a member cluster, where the port of DNS is to be had. */
import { readFile } from 'node:fs/promises'
import { nameserversIn, type Resolvers } from '@muster/agent/container/resolver.ts'
import type { DnsWorld } from '@muster/agent/network/dns-names.ts'
import { openDnsServer } from '@muster/agent/network/dns-server.ts'
import type { Clock } from '@muster/base/clock.ts'
import type { Logger } from '@muster/base/log.ts'

/** A resolv.conf names no other port. */
const PORT = 53

/**
 * Listens at an address of the cluster. Who may not (below 1024 that is who is not root, as most systems have it) has no
 * DNS in pods: these know by their hosts file what there was when they started.
 */
export async function serveDns(
  world: DnsWorld,
  address: string,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): Promise<{ readonly resolvers: Resolvers; close(): Promise<void> }> {
  const machine = await readFile('/etc/resolv.conf', 'utf8').catch(() => '')
  const upstream = nameserversIn(machine).map((server) => ({ address: server, port: PORT }))
  try {
    const server = await openDnsServer({ address, port: PORT }, { world, upstream, clock })
    return { resolvers: { cluster: address, machine }, close: () => server.close() }
  } catch (error) {
    log.info('pods have no DNS: the port of DNS cannot be had here', { address, error })
    return { resolvers: { machine }, async close() {} }
  }
}
