/** Does the steps of a pod that take time, and says what came of them. */

import type { KubeObject } from '@muster/api/object.ts'
import type { ConfigMap, Container, Pod, Probe, Secret } from '@muster/api/types/core-v1.ts'
import { type Clock, type Duration, minutes, seconds } from '@muster/base/clock.ts'
import { assert, ControlError, hasCode } from '@muster/base/errors.ts'
import type { Client, ResourceClient } from '@muster/client/client.ts'
import { CLAIMS, CONFIG_MAPS, SECRETS, VOLUMES } from '@muster/client/kubernetes.ts'
import type { Network } from './addresses.ts'
import type { Surroundings } from './container/downward.ts'
import { execute } from './container/execute.ts'
import { expand } from './container/expand.ts'
import { type OrderDeps, type Ordered, orderOf } from './container/order.ts'
import type { ReferenceNames, References } from './container/references.ts'
import type { Driver, Run, RunName } from './driver.ts'
import type { Hook, News, ProbeKind, ProbeResult, Step } from './pod/memory.ts'
import { probeOf } from './pod/probes.ts'
import { httpRequest, type Prober, requestOf } from './probe/request.ts'
import { referencesOfVolumes, tokenKey, tokensOf } from './volumes/payload.ts'
import type { Tokens } from './volumes/tokens.ts'
import { clearVolumes, makeVolumes } from './volumes/volumes.ts'

/** What steps are done with. */
export interface PerformDeps {
  readonly clock: Clock
  readonly driver: Driver
  readonly network: Network
  readonly prober: Prober
  readonly orders: OrderDeps
  readonly tokens: Tokens
  /** Told of a run before it is said that it was started. */
  takeRun(run: Run): Promise<void>
  readonly node: { readonly addresses: readonly string[]; readonly allocatable: Readonly<Record<string, string>> }
}

/** Steps that take time: all but saying and confirming. */
export type SlowStep = Exclude<Step, { do: 'say' } | { do: 'confirm' }>

/** How long volumes stay as they are before they are looked at again. Source: kubelet syncFrequency. */
const FRESH_FOR: Duration = minutes(1)
const FOR_EVER = Number.POSITIVE_INFINITY as Duration
/** Source: kubelet maxProbeRetries. */
const PROBE_TRIES = 3

/** Does a step; undefined when there is nothing to tell, since the driver tells it. Never throws. */
export async function perform(deps: PerformDeps, pod: Pod, step: SlowStep): Promise<News | undefined> {
  const uid = pod.metadata.uid ?? ''
  switch (step.do) {
    case 'prepare':
      return prepare(deps, pod)
    case 'refresh':
      return refresh(deps, pod)
    case 'start':
      return start(deps, pod, step.container, step.attempt)
    case 'hook': {
      const failure = await messageOf(() => runHook(deps, pod, step.hook, nameOf(uid, step)))
      const { hook, container, attempt } = step
      return { news: 'hook-ended', hook, container, attempt, ...(failure === undefined ? {} : { failure }) }
    }
    case 'probe': {
      const { probe, container, attempt } = step
      return { news: 'probed', probe, container, attempt, ...(await ask(deps, pod, probe, nameOf(uid, step))) }
    }
    case 'stop': {
      const { container, attempt, grace } = step
      const failure = await messageOf(() => deps.driver.stop(nameOf(uid, step), grace))
      return failure === undefined ? undefined : { news: 'not-stopped', container, attempt }
    }
    case 'forget':
      // What cannot be forgotten now is so with the whole pod, or at the next start of the driver.
      await messageOf(() => deps.driver.forget(nameOf(uid, step)))
      return undefined
    case 'clear': {
      const failure = await messageOf(() => clear(deps, uid))
      return { news: failure === undefined ? 'cleared' : 'not-cleared' }
    }
    default:
      return step satisfies never
  }
}

const nameOf = (podUid: string, { container, attempt }: { container: string; attempt: number }): RunName => ({
  podUid,
  container,
  attempt,
})

/** What went wrong, for people; undefined when nothing did. */
async function messageOf(deed: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await deed()
    return undefined
  } catch (error) {
    return textOf(error)
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

async function prepare(deps: PerformDeps, pod: Pod): Promise<News> {
  let addresses: readonly string[] = []
  const message = await messageOf(async () => {
    const known = (pod.status?.podIPs ?? []).map(({ ip }) => ip)
    await fill(deps, pod, known)
    addresses = pod.spec?.hostNetwork ? deps.node.addresses : await deps.network.take(pod.metadata.uid ?? '', known)
  })
  if (message !== undefined) return { news: 'not-prepared', message }
  return { news: 'prepared', addresses, freshFor: freshFor(pod) }
}

async function refresh(deps: PerformDeps, pod: Pod): Promise<News> {
  // What is there stays as it was until it can be made anew.
  await messageOf(() =>
    fill(
      deps,
      pod,
      (pod.status?.podIPs ?? []).map(({ ip }) => ip),
    ),
  )
  return { news: 'refreshed', freshFor: freshFor(pod) }
}

const freshFor = ({ spec }: Pod): Duration =>
  spec?.volumes?.some(
    ({ configMap, secret, projected, downwardAPI }) => configMap || secret || projected || downwardAPI,
  )
    ? FRESH_FOR
    : FOR_EVER

/** Writes all volumes, from what the API says now. */
async function fill(deps: PerformDeps, pod: Pod, podIPs: readonly string[]): Promise<void> {
  const references = await deps.orders.find(pod.metadata.namespace ?? '', referencesOfVolumes(pod))
  const tokens = new Map<string, string>()
  for (const wanted of tokensOf(pod)) tokens.set(tokenKey(wanted), await deps.tokens.token(pod, wanted))
  await makeVolumes(deps.orders.volumes, pod, { ...surroundingsOf(deps, podIPs), references, tokens })
}

const surroundingsOf = ({ node }: PerformDeps, podIPs: readonly string[]): Surroundings => ({
  podIPs,
  hostIPs: node.addresses,
  allocatable: node.allocatable,
})

async function start(deps: PerformDeps, pod: Pod, name: string, attempt: number): Promise<News> {
  const podIPs = (pod.status?.podIPs ?? []).map(({ ip }) => ip)
  const of = { container: name, attempt }
  let ordered: Ordered
  try {
    ordered = await orderOf(deps.orders, pod, containerNamed(pod, name), attempt, surroundingsOf(deps, podIPs))
  } catch (error) {
    ordered = { ordered: false, trouble: 'config', message: textOf(error) }
  }
  if (!ordered.ordered) return { news: 'not-started', ...of, trouble: ordered.trouble, message: ordered.message }
  try {
    await deps.takeRun(await deps.driver.start(ordered.order))
    return { news: 'started', ...of }
  } catch (error) {
    const trouble = hasCode(error, 'Invalid') ? 'run' : 'driver'
    return { news: 'not-started', ...of, trouble, message: textOf(error) }
  }
}

function containerNamed({ spec }: Pod, name: string): Container {
  const all = [...(spec?.initContainers ?? []), ...(spec?.containers ?? []), ...(spec?.ephemeralContainers ?? [])]
  const found = all.find((one) => one.name === name)
  assert(found, `a step is about a container of its pod: ${name}`)
  return found
}

async function ask(deps: PerformDeps, pod: Pod, kind: ProbeKind, run: RunName): Promise<ProbeResult> {
  const container = containerNamed(pod, run.container)
  const spec = probeOf({ spec: container }, kind)
  if (!spec) return { result: 'error', output: `container ${run.container} has no ${kind} probe` }
  let result: ProbeResult = { result: 'error', output: '' }
  for (let tries = 0; tries < PROBE_TRIES && result.result === 'error'; tries++) {
    const failure = await messageOf(async () => {
      result = await askOnce(deps, pod, container, spec, run)
    })
    if (failure !== undefined) result = { result: 'error', output: failure }
  }
  return result
}

async function askOnce(
  deps: PerformDeps,
  pod: Pod,
  container: Container,
  spec: Probe,
  run: RunName,
): Promise<ProbeResult> {
  const timeout = seconds(spec.timeoutSeconds ?? 1)
  const request = requestOf(spec, container, pod.status?.podIP ?? '')
  if (request) return deps.prober.ask(request, timeout)
  // As the kubelet: commands of probes know literal variables alone.
  const literal = new Map((container.env ?? []).map(({ name, value }) => [name, value]))
  const command = (spec.exec?.command ?? []).map((text) => expand(text, (name) => literal.get(name)))
  const done = await execute(deps, run, command, timeout)
  if (done.ended) return { result: done.exitCode === 0 ? 'success' : 'failure', output: done.output }
  const said = command.map((part) => JSON.stringify(part)).join(' ')
  return { result: 'failure', output: `command timed out: ${said} timed out after ${spec.timeoutSeconds ?? 1}s` }
}

/** Throws when it fails. Source: kubelet lifecycle/handlers.go. */
async function runHook(deps: PerformDeps, pod: Pod, hook: Hook, run: RunName): Promise<void> {
  const container = containerNamed(pod, run.container)
  const { exec, httpGet, sleep } = container.lifecycle?.[hook] ?? {}
  const { name, namespace, uid } = pod.metadata
  const who = `Container "${container.name}" in Pod "${name}_${namespace}(${uid})"`
  if (sleep) await deps.clock.sleep(seconds(sleep.seconds))
  else if (httpGet) {
    const request = httpRequest(httpGet, container, pod.status?.podIP ?? '', 'kube-lifecycle/1.36')
    const { result, output } = await deps.prober.ask(request, HOOK_TIMEOUT)
    if (result !== 'success')
      throw new ControlError(
        'Unavailable',
        `HTTP lifecycle hook (${httpGet.path}) for ${who} failed - error: ${output}`,
      )
  } else if (exec) {
    const done = await execute(deps, run, exec.command ?? [])
    if (done.ended && done.exitCode === 0) return
    const why = done.ended
      ? `command '${(exec.command ?? []).join(' ')}' exited with ${done.exitCode}`
      : 'it was cut off'
    const command = `[${(exec.command ?? []).join(' ')}]`
    throw new ControlError(
      'Unavailable',
      `Exec lifecycle hook (${command}) for ${who} failed - error: ${why}, message: ${JSON.stringify(done.output)}`,
    )
  }
}

/** Source: kubelet's client of hooks has no limit of its own; the grace of the pod cuts it off sooner. */
const HOOK_TIMEOUT: Duration = minutes(10)

async function clear(deps: PerformDeps, podUid: string): Promise<void> {
  await deps.network.giveBack(podUid)
  deps.tokens.drop(podUid)
  await clearVolumes(deps.orders.volumes, podUid)
}

/** What pods refer to, asked of the API each time. */
export function apiReferences(client: Pick<Client, 'resource'>) {
  const lookUp = async <T extends KubeObject>(
    resource: ResourceClient<T>,
    namespace: string,
    names: ReadonlySet<string>,
  ) =>
    new Map(
      await Promise.all([...names].map(async (name) => [name, await resource.find({ namespace, name })] as const)),
    )
  return {
    find: async (namespace: string, { configMaps, secrets }: ReferenceNames): Promise<References> => ({
      configMaps: await lookUp<ConfigMap>(client.resource(CONFIG_MAPS), namespace, configMaps),
      secrets: await lookUp<Secret>(client.resource(SECRETS), namespace, secrets),
    }),
    claim: (namespace: string, name: string) => client.resource(CLAIMS).find({ namespace, name }),
    persistentVolume: (name: string) => client.resource(VOLUMES).find({ namespace: '', name }),
  }
}
