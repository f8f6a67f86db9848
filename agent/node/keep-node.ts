/**
 * Keeps the node known to the API, and alive: its object, its conditions, its lease.
 *
 * Every ten seconds the lease is renewed. The object is written when something of it changes, and every five minutes.
 * Source: Kubernetes nodes, heartbeats; kubelet nodeLeaseRenewInterval, nodeStatusReportFrequency.
 */
import { sameJson } from '@muster/api/same-json.ts'
import { formatMicroTime, timestamp } from '@muster/api/time.ts'
import type { Lease } from '@muster/api/types/coordination-v1.ts'
import type { Node } from '@muster/api/types/core-v1.ts'
import { type Clock, type Duration, minutes, seconds } from '@muster/base/clock.ts'
import type { Logger } from '@muster/base/log.ts'
import type { Client } from '@muster/client/client.ts'
import { LEASES, NODES } from '@muster/client/kubernetes.ts'
import { labelsOf, type NodeFacts, type NodeTrouble, newNode, nodeStatus } from './node-object.ts'

/** What it stands on. */
export interface KeepNodeDeps {
  readonly client: Pick<Client, 'because' | 'resource'>
  readonly clock: Clock
  readonly log: Logger
  readonly facts: NodeFacts
  /** Asked each time. */
  trouble(): NodeTrouble
}

const LEASE_NAMESPACE = 'kube-node-lease'
/** Source: kubelet nodeLeaseDurationSeconds. */
const LEASE_SECONDS = 40
/** A quarter of {@link LEASE_SECONDS}, as the kubelet's. */
const BEAT: Duration = seconds(10)
const REPORT_EVERY: Duration = minutes(5)

/** Registers the node, and keeps it until the signal aborts. Trouble with the API is logged, and tried again at the next beat. */
export async function keepNode(told: KeepNodeDeps, signal: AbortSignal): Promise<void> {
  const { clock, log } = told
  const deps = { ...told, client: told.client.because({ timer: true }) }
  let reported: { readonly node: Node; readonly at: Duration; readonly trouble: NodeTrouble } | undefined
  let lease: Lease | undefined
  while (!signal.aborted) {
    try {
      const trouble = deps.trouble()
      const isDue =
        !reported ||
        trouble !== reported.trouble ||
        clock.elapsed() - reported.at >= REPORT_EVERY ||
        !(await isSaid(deps, reported.node))
      if (isDue) reported = { node: await report(deps, trouble), at: clock.elapsed(), trouble }
      if (reported) lease = await renew(deps, reported.node, lease)
    } catch (error) {
      log.warn('the node could not be reported', { node: deps.facts.name, error })
      // Whatever is known of it may be wrong: it is looked at anew.
      reported = undefined
      lease = undefined
    }
    await clock.sleep(BEAT, signal).catch(() => {})
  }
}

/** True while the API says of the node what the agent has said: somebody may have taken it for silent, or deleted it. */
async function isSaid({ client, facts }: KeepNodeDeps, { status }: Node): Promise<boolean> {
  const known = await client.resource(NODES).find({ namespace: '', name: facts.name })
  return readiness(known?.status) === readiness(status)
}

const readiness = (status: Node['status']): string | undefined =>
  status?.conditions?.find(({ type }) => type === 'Ready')?.status

/** Makes the node, or brings what the agent says of it up to date; labels of others stay. */
async function report({ client, clock, facts }: KeepNodeDeps, trouble: NodeTrouble): Promise<Node> {
  const nodes = client.resource(NODES)
  const name = { namespace: '', name: facts.name }
  const now = timestamp(clock.now())
  const known = await nodes.find(name)
  if (!known) return nodes.create(newNode(facts, trouble, now))
  const labels = labelsOf(facts)
  const isLabelled = Object.entries(labels).every(([key, value]) => known.metadata.labels?.[key] === value)
  if (!isLabelled) await nodes.patch(name, { patch: 'merge', value: { metadata: { labels } } })
  const status = nodeStatus(facts, trouble, known.status ?? {}, now)
  // Addresses are merged by their kind: an old one would stay.
  const addresses = sameJson(known.status?.addresses, status.addresses)
    ? {}
    : { addresses: [...(status.addresses ?? []), { $patch: 'replace' }] }
  const value = { metadata: { uid: known.metadata.uid }, status: { ...status, ...addresses } }
  return nodes.patch(name, { patch: 'strategic', value }, { subresource: 'status' })
}

/** As the kubelet: with one PUT of the version that is known, and from the beginning when that is no longer it. */
async function renew({ client, clock, facts }: KeepNodeDeps, node: Node, known: Lease | undefined): Promise<Lease> {
  const leases = client.resource(LEASES)
  const name = { namespace: LEASE_NAMESPACE, name: facts.name }
  const spec = {
    holderIdentity: facts.name,
    leaseDurationSeconds: LEASE_SECONDS,
    renewTime: formatMicroTime(clock.now()) ?? '',
  }
  const owner = { apiVersion: 'v1', kind: 'Node', name: facts.name, uid: node.metadata.uid ?? '' }
  const found = known ?? (await leases.find(name))
  if (found) return leases.update({ ...found, metadata: { ...found.metadata, ownerReferences: [owner] }, spec })
  const metadata = { ...name, ownerReferences: [owner] }
  return leases.create({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec })
}
