/**
 * The way to what runs on nodes: agents for containers and their ports, and a dialer for the addresses of others.
 *
 *     exec, attach ─► a conversation with a session of the agent      log ─► its output as a stream
 *     portforward  ─► a conversation with ports of the pod            proxy ─► HTTP, over a port or an address
 */
import type { ApiResponse } from '@muster/api/message.ts'
import type { ContainerPlace, NodeAgent } from '@muster/api/node-agent.ts'
import { internal, serviceUnavailable } from '@muster/api/status.ts'
import type { ByteDuplex } from '@muster/base/byte-duplex.ts'
import type { Clock } from '@muster/base/clock.ts'
import { isTrue } from '../http/request-info.ts'
import { carryHttp } from '../proxy/carry.ts'
import type { ResourceCall } from '../resources/call.ts'
import { ATTACH, EXEC } from '../resources/connect-options.ts'
import type { Connectors, Destination } from '../resources/pod-connections.ts'
import { logQueryOf } from '../resources/pod-log-options.ts'
import { answerPorts } from '../streams/port-forward/answer.ts'
import { answerCommand } from '../streams/remote-command/answer.ts'
import type { Agents } from './agents.ts'
import { answerSurface } from './surface.ts'

/** What the way is made of. */
export interface ConnectorDeps {
  readonly agents: Agents
  readonly clock: Clock
  /** A connection with an address. Throws Unavailable, and says why in words. */
  readonly dial: (host: string, port: number) => Promise<ByteDuplex>
}

/** The way over these agents, and the dialer. */
export function createConnectors({ agents, clock, dial }: ConnectorDeps): Connectors {
  const agentOf = (cluster: string, node: string): NodeAgent => {
    const agent = agents.find(cluster, node)
    // Source: kubernetes core/node ResourceLocation, apimachinery util/proxy "error dialing backend".
    if (!agent) throw internal(`error dialing backend: no agent of node ${node} is connected with this server`)
    return agent
  }
  return {
    reaches: (cluster, node) => agents.find(cluster, node) !== undefined,
    agents,
    async connect(destination, call) {
      const { cluster } = call.info
      switch (destination.to) {
        case 'container':
          return inContainer(agentOf(cluster, destination.node), destination, call, clock)
        case 'ports': {
          const { pod, node } = destination
          const agent = agentOf(cluster, node)
          return answerPorts(call.request, { pod, open: (port) => agent.openPort(pod.uid, port) }, clock)
        }
        case 'address': {
          const { behind, host } = destination
          const port = Number(destination.port || (destination.scheme === 'https' ? 443 : 80))
          const agent = behind && agents.find(cluster, behind.node)
          const open = () => (agent ? agent.openPort(behind.uid, port) : dial(host, port))
          return carryHttp({ ...destination, port, open }, call)
        }
        case 'node': {
          const agent = agentOf(cluster, destination.node)
          if (destination.port !== '') throw serviceUnavailable(`error trying to reach service: ${NO_PORTS}`)
          return answerSurface(agent, destination.path, call)
        }
        default:
          return destination satisfies never
      }
    },
  }
}

const NO_PORTS = 'an agent in the process of the server has no ports; ask for the node without one'

type InContainer = Extract<Destination, { readonly to: 'container' }>

async function inContainer(
  agent: NodeAgent,
  { how, pod, container }: InContainer,
  call: ResourceCall,
  clock: Clock,
): Promise<ApiResponse> {
  const place: ContainerPlace = { namespace: pod.namespace, pod: pod.name, podUid: pod.uid, container }
  const { request } = call
  const { query } = request
  switch (how) {
    case 'log': {
      const log = { ...logQueryOf(query, call.now), previous: isTrue(query.get('previous')) }
      const stream = await agent.log(place, log, request.signal)
      return { status: 200, headers: { 'content-type': 'text/plain' }, body: { body: 'stream', stream } }
    }
    case 'exec': {
      const options = { ...NOTHING, ...EXEC.optionsOf(call) }
      const command = query.getAll('command')
      const doing = 'error executing command in container'
      return answerCommand(request, options, { doing, open: () => agent.exec(place, command, options) }, clock)
    }
    case 'attach': {
      const options = { ...NOTHING, ...ATTACH.optionsOf(call) }
      const doing = 'error attaching to container'
      return answerCommand(request, options, { doing, open: () => agent.attach(place, options) }, clock)
    }
    default:
      return how satisfies never
  }
}

const NOTHING = { stdin: false, stdout: false, stderr: false, tty: false }
