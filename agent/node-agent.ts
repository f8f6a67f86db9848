/**
 * What an agent answers to those who ask for its containers: exec, attach, logs, ports, usage. Over whatever driver runs
 * them. Messages are those of the kubelet, since clients show them as they are.
 */
import type { ContainerPlace, NodeAgent, NodeUsage, UsageNow } from '@muster/api/node-agent.ts'
import type { Pod } from '@muster/api/types/core-v1.ts'
import type { ByteDuplex } from '@muster/base/byte-duplex.ts'
import type { Clock, Instant } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import type { Driver, Run, RunName } from './driver.ts'

/** What it stands on. */
export interface NodeAgentDeps {
  readonly clock: Clock
  readonly driver: Driver
  /** The pods of the node, as the agent sees them. */
  pods(): readonly Pod[]
  /** A connection with an address of this machine. */
  dial(address: string, port: number): Promise<ByteDuplex>
}

/** The answers for one node. */
export function nodeAgentOver({ clock, driver, pods, dial }: NodeAgentDeps): NodeAgent {
  const startedAt = clock.now()
  const meter = createMeter()

  const running = async (place: ContainerPlace): Promise<RunName> => {
    const [latest] = await runsOf(driver, place)
    if (latest?.state.state !== 'running')
      throw new ControlError('NotFound', `container not found ("${place.container}")`)
    return latest.run
  }
  return {
    exec: async (place, command, how) => driver.exec(await running(place), command, how),
    attach: async (place) => driver.attach(await running(place)),
    async log(place, { previous, ...query }, signal) {
      const [latest, before] = await runsOf(driver, place)
      const run = previous ? before : latest
      if (!run) throw noLog(place, previous)
      return driver.log(run.run, query, signal)
    },
    async openPort(podUid, port) {
      const ip = (await driver.runs()).find(({ run }) => run.podUid === podUid)?.pod.ip
      if (!ip) throw new ControlError('NotFound', `no container of the pod ${podUid} runs here`)
      return dial(ip, port)
    },
    async usage(): Promise<NodeUsage> {
      const at = clock.now()
      const runs = (await driver.runs()).filter(({ state }) => state.state === 'running')
      const measured = await Promise.all(
        runs.map(async (run) => {
          const usage = await driver.usage(run.run)
          return usage ? [{ run, now: meter.measure(keyOf(run.run), { at, ...usage }) }] : []
        }),
      )
      meter.keep(new Set(runs.map(({ run }) => keyOf(run))))
      const all = measured.flat()
      const sum: UsageNow = {
        at,
        cpuNanoseconds: all.reduce((total, { now }) => total + now.cpuNanoseconds, 0n),
        cpuNanocores: all.reduce((total, { now }) => total + now.cpuNanocores, 0n),
        memoryBytes: all.reduce((total, { now }) => total + now.memoryBytes, 0),
      }
      const byPod = Map.groupBy(all, ({ run }) => run.run.podUid)
      return {
        node: { ...sum, startedAt },
        pods: [...byPod].map(([uid, own]) => ({
          namespace: own[0]?.run.pod.namespace ?? '',
          name: own[0]?.run.pod.name ?? '',
          uid,
          startedAt: Math.min(...own.map(({ run }) => run.state.startedAt)) as Instant,
          containers: own.map(({ run, now }) => ({
            ...now,
            name: run.run.container,
            startedAt: run.state.startedAt,
          })),
        })),
      }
    },
    pods: async () => pods(),
  }
}

/** The runs of a container, the newest first. */
async function runsOf(driver: Driver, { podUid, container }: ContainerPlace): Promise<readonly Run[]> {
  const own = (await driver.runs()).filter(({ run }) => run.podUid === podUid && run.container === container)
  return own.toSorted((one, other) => other.run.attempt - one.run.attempt)
}

const noLog = ({ container, pod }: ContainerPlace, previous: boolean): ControlError =>
  new ControlError(
    'Invalid',
    previous
      ? `previous terminated container "${container}" in pod "${pod}" not found`
      : `container "${container}" in pod "${pod}" is waiting to start: ContainerCreating`,
  )

const keyOf = ({ podUid, container, attempt }: RunName): string => `${podUid}/${container}/${attempt}`

/** Of one measurement and the one before it, how much CPU each second between them took. */
function createMeter() {
  const last = new Map<string, UsageNow>()
  return {
    measure(key: string, { at, cpuNanoseconds, memoryBytes }: Omit<UsageNow, 'cpuNanocores'>): UsageNow {
      const before = last.get(key)
      const lengthMs = before ? at - before.at : 0
      const used = before ? cpuNanoseconds - before.cpuNanoseconds : 0n
      const cpuNanocores = lengthMs > 0 && used > 0n ? (used * 1000n) / BigInt(lengthMs) : (before?.cpuNanocores ?? 0n)
      const now: UsageNow = { at, cpuNanoseconds, memoryBytes, cpuNanocores }
      // Two who ask within a moment see the same: the share of so short a time says nothing.
      if (!before || lengthMs >= SHARE_OVER_MS) last.set(key, now)
      return now
    },
    keep(keys: ReadonlySet<string>) {
      for (const key of last.keys()) if (!keys.has(key)) last.delete(key)
    },
  }
}

const SHARE_OVER_MS = 1000
