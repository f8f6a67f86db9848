/** The nodes of a test cluster: agents as everywhere, over machines that only say that they run containers. */
import { rangeNetwork } from '@muster/agent/addresses.ts'
import { type Agent, runAgent } from '@muster/agent/agent.ts'
import { createFakeMachine, type FakeMachine } from '@muster/agent/fake/fake-machine.ts'
import { memoryFileSystem } from '@muster/agent/files/memory-file-system.ts'
import type { NodeFacts } from '@muster/agent/node/node-object.ts'
import { readRange } from '@muster/api/ip-address.ts'
import type { Handle } from '@muster/api/message.ts'
import { add, type Clock } from '@muster/base/clock.ts'
import { assert, ControlError } from '@muster/base/errors.ts'
import { createClient } from '@muster/client/client.ts'
import type { InformerDeps } from '@muster/client/informer.ts'
import { createEventRecorder } from '@muster/runtime/events.ts'
import { differenceOf } from './duration.ts'
import type { PodPlace, TestNode, TestNodeSettings, TestNodes } from './test-cluster.ts'

/** What nodes stand on. */
export interface NodesDeps extends InformerDeps {
  readonly send: Handle
  /** What the node of that name shows to the API. */
  tokenOf(node: string): string
  readonly hasImage: (image: string) => boolean
  settled(): Promise<void>
  /** Cuts the watches of the client that calls itself so. */
  dropWatches(userAgent: string): void
}

/** The nodes, and what is done to what runs on them. */
export interface Machines extends TestNodes {
  /** True when it ran. */
  crash(pod: PodPlace, container: string | undefined, exitCode: number): boolean
  close(): Promise<void>
}

/** None yet. */
export function createMachines(deps: NodesDeps): Machines {
  const machines = new Map<string, Machine>()
  return {
    async add(settings) {
      const { name } = settings
      if (machines.has(name)) throw new ControlError('AlreadyExists', `there is a node '${name}' already`)
      const machine = createMachine(settings, machines.size + 1, deps)
      machines.set(name, machine)
      await machine.node.powerOn()
      return machine.node
    },
    get(name) {
      const machine = machines.get(name)
      if (!machine) throw new ControlError('NotFound', `there is no node '${name}': ${[...machines.keys()].join(', ')}`)
      return machine.node
    },
    list: () => [...machines.values()].map(({ node }) => node),
    crash: (pod, container, exitCode) =>
      [...machines.values()].some((machine) => machine.crash(pod, container, exitCode)),
    async close() {
      for (const { node } of machines.values()) await node.powerOff()
    },
  }
}

interface Machine {
  readonly node: TestNode
  crash(pod: PodPlace, container: string | undefined, exitCode: number): boolean
}

function createMachine(settings: TestNodeSettings, at: number, deps: NodesDeps): Machine {
  const { random, log, hasImage } = deps
  let ahead = differenceOf(0)
  const clock: Clock = {
    now: () => add(deps.clock.now(), ahead),
    elapsed: () => deps.clock.elapsed(),
    sleep: (length, signal) => deps.clock.sleep(length, signal),
  }
  const { name } = settings
  const fake = createFakeMachine({ clock, random })
  const range = readRange(`10.${Math.floor(at / 256)}.${at % 256}.0/24`)
  assert(range, 'the range of a node is one')
  const wire = createWire(deps.send)
  const userAgent = `muster-agent/0.1.0 (${name})`
  const headers = { authorization: `Bearer ${deps.tokenOf(name)}` }
  const client = createClient({ send: wire.send, userAgent, headers })
  const files = memoryFileSystem()
  const events = createEventRecorder({ clock, random, log, component: 'kubelet', host: name })
  const services = { ready: Promise.resolve(), servicesOf: () => [], namesIn: () => [] }
  let agent: Agent | undefined
  let stop = new AbortController()

  const start = async () => {
    if (agent) return
    stop = new AbortController()
    agent = runAgent(
      {
        node: factsOf(settings, at),
        findImage: (image) =>
          hasImage(image)
            ? { found: true, image: { command: ['simulated'] } }
            : { found: false, message: `the test says that there is no image "${image}"` },
        environment: { PATH: '/bin' },
        root: '/agent',
        resolvers: { machine: '' },
      },
      {
        clock,
        random,
        log,
        client,
        events,
        files,
        services,
        driver: fake.driver,
        prober: fake.prober,
        // Whoever begins anew learns the addresses of pods from their status.
        network: rangeNetwork(range),
      },
      stop.signal,
    )
    await deps.settled()
    if (wire.isWhole) await agent.ready
  }
  const end = async () => {
    stop.abort()
    await agent?.ended
    agent = undefined
  }
  const node: TestNode = {
    name,
    get running() {
      return runningOn(fake).map(({ pod, run }) => `${pod.namespace}/${pod.name} ${run.container}`)
    },
    disconnect() {
      wire.cut()
      deps.dropWatches(userAgent)
    },
    connect: wire.mend,
    setClock(length) {
      ahead = differenceOf(length)
    },
    async restartAgent() {
      await end()
      await start()
    },
    async powerOff() {
      await end()
      fake.lose()
    },
    powerOn: start,
  }
  return {
    node,
    crash({ namespace = 'default', name: podName }, container, exitCode) {
      const found = runningOn(fake).find(
        ({ pod, run }) =>
          pod.namespace === namespace && pod.name === podName && (container ?? run.container) === run.container,
      )
      return found !== undefined && fake.crash(found.run, exitCode)
    },
  }
}

/** A connection that can be cut: nobody learns whether what was under way then has happened. */
function createWire(send: Handle) {
  let isWhole = true
  return {
    send: (async (request) => {
      if (!isWhole) throw cutOff()
      const answer = await send(request)
      if (!isWhole) throw cutOff()
      return answer
    }) satisfies Handle,
    get isWhole() {
      return isWhole
    },
    cut() {
      isWhole = false
    },
    mend() {
      isWhole = true
    },
  }
}

const cutOff = () => new ControlError('Unavailable', 'the node is disconnected: the test says so')

const runningOn = ({ runs }: FakeMachine) => runs.filter(({ state }) => state.state === 'running')

/** What it says of itself. */
function factsOf({ name, cpu = '4', memory = '8Gi', pods = 110, ...place }: TestNodeSettings, at: number): NodeFacts {
  const resources = { cpu, memory, pods: String(pods) }
  const { zone, region, labels } = place
  return {
    name,
    addresses: [`10.255.${Math.floor(at / 256)}.${at % 256}`],
    capacity: resources,
    allocatable: resources,
    ...(zone === undefined ? {} : { zone }),
    ...(region === undefined ? {} : { region }),
    ...(labels === undefined ? {} : { labels }),
    os: 'linux',
    arch: 'amd64',
    system: { bootID: '', kernelVersion: '', machineID: '', osImage: '', systemUUID: '' },
    containerRuntime: 'fake://0.1.0',
  }
}
