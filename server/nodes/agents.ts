/** Which agent is on which node, of each logical cluster: those that live in the process of the API server. */
import type { NodeAgent } from '@muster/api/node-agent.ts'

/** The agents that can be reached. */
export interface Agents {
  find(cluster: string, node: string): NodeAgent | undefined
  /** Of one logical cluster, by the names of their nodes. */
  of(cluster: string): ReadonlyMap<string, NodeAgent>
}

/** The agents, and whoever starts and ends them. */
export interface AgentRoster extends Agents {
  /** The agent of a node from now on. Answers what takes it off again; nothing happens when another came after it. */
  put(cluster: string, node: string, agent: NodeAgent): () => void
}

/** A roster with nobody on it. */
export function createAgentRoster(): AgentRoster {
  const clusters = new Map<string, Map<string, NodeAgent>>()
  return {
    find: (cluster, node) => clusters.get(cluster)?.get(node),
    of: (cluster) => clusters.get(cluster) ?? new Map(),
    put(cluster, node, agent) {
      const agents = clusters.get(cluster) ?? new Map<string, NodeAgent>()
      clusters.set(cluster, agents.set(node, agent))
      return () => {
        if (agents.get(node) === agent) agents.delete(node)
      }
    },
  }
}
