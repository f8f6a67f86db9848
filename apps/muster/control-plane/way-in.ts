/** A client of a control plane on this machine, as its administrator: by the kubeconfig that it wrote. */
import { readFile } from 'node:fs/promises'
import type { Clock } from '@muster/base/clock.ts'
import { type Client, createClient } from '@muster/client/client.ts'
import { connectTo } from '@muster/client/http/connection.ts'
import { addressIn } from '../api-server/kubeconfig-address.ts'
import { VERSION } from '../version.ts'
import { kubeconfigPath, type Place } from './place.ts'

/** A client of one logical cluster, and what it holds open. */
export async function wayIn(
  place: Place,
  url: string,
  cluster: string,
  clock: Clock,
): Promise<{ readonly client: Client; close(): void }> {
  const address = addressIn(await readFile(kubeconfigPath(place, cluster), 'utf8'), url)
  const { send, close } = connectTo(address, clock)
  return { client: createClient({ send, cluster, userAgent: `muster/${VERSION}` }), close }
}
