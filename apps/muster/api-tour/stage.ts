/** What the steps of the API's tour play on: a control plane of its own, reached as any program reaches it. */
import { readFile } from 'node:fs/promises'
import type { ConfigMap } from '@muster/api/types/core-v1.ts'
import type { Clock } from '@muster/base/clock.ts'
import { type Client, createClient } from '@muster/client/client.ts'
import { type Connection, connectTo } from '@muster/client/http/connection.ts'
import type { ResourceRef } from '@muster/client/resource-ref.ts'
import { parse } from 'yaml'
import type { Step as PlayStep } from '../tour/play.ts'

/** A control plane in a home of its own. */
export interface Stage {
  readonly clock: Clock
  /** The administrator, over HTTPS with his certificate. */
  readonly client: () => Client
  /** Where it answers, and since how long after its start; once it runs. */
  readonly about: () => { readonly url: string; readonly kubeconfig: string; readonly tookMs: number }
  /** Starts it on the tour's home. */
  readonly start: () => Promise<void>
  /** Ends it with SIGKILL. */
  readonly kill: () => Promise<void>
}

/** One thing that the API promises, played. */
export type Step = PlayStep<Stage>

/** The namespace that the tour writes to. */
export const NAMESPACE = 'tour'

/** What the tour mostly writes. */
export const CONFIG_MAPS: ResourceRef<ConfigMap> = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
}

/** One of them. */
export const configMap = (name: string, data: Record<string, string>): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: NAMESPACE, name },
  data,
})

interface Kubeconfig {
  readonly clusters: readonly [{ readonly cluster: { server: string; 'certificate-authority-data': string } }]
  readonly users: readonly [{ readonly user: { 'client-certificate-data': string; 'client-key-data': string } }]
}

/** Goes in by the kubeconfig that `muster up` wrote. */
export async function connectBy(file: string, clock: Clock): Promise<{ client: Client; connection: Connection }> {
  const { clusters, users }: Kubeconfig = parse(await readFile(file, 'utf8'))
  const plain = (base64: string) => Buffer.from(base64, 'base64').toString()
  const [{ cluster }] = clusters
  const [{ user }] = users
  const address = {
    url: cluster.server,
    ca: plain(cluster['certificate-authority-data']),
    certificate: plain(user['client-certificate-data']),
    key: plain(user['client-key-data']),
  }
  const connection = connectTo(address, clock)
  return { client: createClient({ send: connection.send, userAgent: 'muster-tour' }), connection }
}
