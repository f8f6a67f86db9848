/** One node of a member cluster: an agent in this process, whose pods are processes of this machine. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { rangeNetwork } from '@muster/agent/addresses.ts'
import { runAgent } from '@muster/agent/agent.ts'
import { hostImages, type ImageMap } from '@muster/agent/container/image.ts'
import type { Resolvers } from '@muster/agent/container/resolver.ts'
import { nodeFileSystem } from '@muster/agent/files/node-file-system.ts'
import type { ServiceNetwork } from '@muster/agent/network/serve-services.ts'
import type { NodeFacts } from '@muster/agent/node/node-object.ts'
import { nodeAgentOver } from '@muster/agent/node-agent.ts'
import { networkProber } from '@muster/agent/probe/network-prober.ts'
import { openProcessDriver } from '@muster/agent/process/process-driver.ts'
import type { IPRange } from '@muster/api/ip-address.ts'
import type { NodeAgent } from '@muster/api/node-agent.ts'
import { type Clock, seconds } from '@muster/base/clock.ts'
import type { Logger } from '@muster/base/log.ts'
import type { Random } from '@muster/base/random.ts'
import { systemClock } from '@muster/base/system.ts'
import type { Client } from '@muster/client/client.ts'
import { createEventRecorder } from '@muster/runtime/events.ts'
import { dialOver } from '@muster/server/listen/dial.ts'
import { keeperEntry } from '../workers.ts'

/** What a node is made of. */
export interface EmbeddedNodeDeps {
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  /** In the name of the node. */
  readonly client: Client
  readonly facts: NodeFacts
  /** The addresses of its pods; the first is the node's. */
  readonly range: IPRange
  /** The state of the node: runs, logs, volumes. */
  readonly directory: string
  readonly images: ImageMap
  readonly services: ServiceNetwork
  readonly resolvers: Resolvers
}

/** A node at work. */
export interface EmbeddedNode {
  readonly agent: NodeAgent
  /** Ends every pod on this machine, though not in the API: at the next start they run again. */
  stop(): Promise<void>
}

/** How long pods may take to end when their node is taken away. */
const STOP_GRACE = seconds(5)

/** Starts one; resolves once it knows what runs. */
export async function startNode(deps: EmbeddedNodeDeps): Promise<EmbeddedNode> {
  const { clock, random, log, client, facts, directory, services } = deps
  const stop = new AbortController()
  const driver = await openDriver(directory, clock)
  const network = rangeNetwork(deps.range)
  await network.take(`node/${facts.name}`, [])
  const agent = runAgent(
    {
      node: facts,
      findImage: hostImages(deps.images),
      environment: { PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin' },
      root: join(directory, 'agent'),
      resolvers: deps.resolvers,
    },
    {
      clock,
      random,
      log,
      client,
      driver,
      network,
      prober: networkProber(clock),
      files: nodeFileSystem,
      services,
      events: createEventRecorder({ clock, random, log, component: 'kubelet', host: facts.name }),
    },
    stop.signal,
  )
  await agent.ready
  return {
    agent: nodeAgentOver({ clock, driver, pods: () => agent.pods(), dial: dialOver(clock) }),
    async stop() {
      stop.abort()
      await agent.ended
      await driver.end(STOP_GRACE)
      await driver.close()
    },
  }
}

/** Where the driver of a node keeps its runs. */
export const runsIn = (directory: string): string => join(directory, 'runs')

/** Ends every run of a node whose agent is gone, and its keeper. */
export async function endRuns(directory: string): Promise<void> {
  if (!existsSync(runsIn(directory))) return
  const driver = await openDriver(directory, systemClock)
  await driver.end(STOP_GRACE)
  await driver.close()
}

const openDriver = (directory: string, clock: Clock) =>
  openProcessDriver({
    directory: runsIn(directory),
    keeper: { node: process.execPath, entry: keeperEntry, env: keeperEnvironment() },
    clock,
  })

/** A keeper that is run from source has its types stripped at every start, unless that is kept. */
const keeperEnvironment = (): Record<string, string> => {
  const { NODE_COMPILE_CACHE } = process.env
  return NODE_COMPILE_CACHE ? { NODE_COMPILE_CACHE } : {}
}
