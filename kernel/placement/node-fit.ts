/** Which nodes will do by what they are: taints, labels, names, and what volumes can be reached. The load is not asked. */
import {
  matchesNodeSelector,
  matchesRequiredAffinity,
  namedNodes,
  preferenceOf,
} from '@muster/api/scheduling/node-affinity.ts'
import { findUntoleratedTaint } from '@muster/api/scheduling/tolerations.ts'
import type { Node } from '@muster/api/types/core-v1.ts'
import type { Fleet } from './fleet.ts'
import type { PodShape } from './pod-shape.ts'
import { REFUSALS, type Refusal } from './refusals.ts'
import { grown } from './tally.ts'

/** What holds of every node for pods that say the same of nodes. */
export class NodeFit {
  /** 1 where a node is there, and will do. */
  allows = new Uint8Array(0)
  /** Taints that had better be avoided, and how many nodes have any. */
  taints = new Int32Array(0)
  tainted = 0
  /** The weight of the preferred node affinity that holds, and of how many nodes one does. */
  preference = new Int32Array(0)
  preferred = 0

  readonly #fleet: Fleet
  readonly #shape: PodShape
  readonly #named: ReadonlySet<string> | undefined
  readonly #refusals: (Refusal | undefined)[] = []
  #read = -1

  constructor(fleet: Fleet, shape: PodShape) {
    this.#fleet = fleet
    this.#shape = shape
    const required = shape.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
    this.#named = required && namedNodes(required)
  }

  /** Reads what has changed since the last time. */
  catchUp(): void {
    const { nodeChanges, names } = this.#fleet
    if (this.#read === nodeChanges.end) return
    this.allows = grown(this.allows, names.length, 0)
    this.taints = grown(this.taints, names.length, 0)
    this.preference = grown(this.preference, names.length, 0)
    const changed = this.#read < 0 ? undefined : nodeChanges.since(this.#read)
    for (const number of changed ?? names.keys()) this.#look(number)
    this.#read = nodeChanges.end
  }

  /** What of a node will not do. */
  refusal(number: number): Refusal | undefined {
    return this.#refusals[number]
  }

  #look(number: number): void {
    const { tolerations, affinity } = this.#shape.spec
    const node = this.#fleet.nodes[number]
    const refusal = node && this.#refusalOf(node)
    this.#refusals[number] = refusal
    this.allows[number] = node && !refusal ? 1 : 0
    const terms = affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution
    const taints = node ? avoidedTaints(node, tolerations) : 0
    const preference = node && terms ? preferenceOf(terms, node) : 0
    this.tainted += Math.sign(taints) - Math.sign(this.taints[number] ?? 0)
    this.preferred += Math.sign(preference) - Math.sign(this.preference[number] ?? 0)
    this.taints[number] = taints
    this.preference[number] = preference
  }

  #refusalOf(node: Node): Refusal | undefined {
    const { spec, volumes } = this.#shape
    if (node.spec?.unschedulable && findUntoleratedTaint([UNSCHEDULABLE], spec.tolerations, HARD_EFFECTS)) {
      return REFUSALS.unschedulable
    }
    if (this.#named && !this.#named.has(node.metadata.name ?? '')) return REFUSALS.notNamed
    if (findUntoleratedTaint(node.spec?.taints, spec.tolerations, HARD_EFFECTS)) return REFUSALS.tainted
    if (!matchesRequiredAffinity(spec, node)) return REFUSALS.notAsked
    if (!volumes.reachable.every((selector) => matchesNodeSelector(selector, node))) return REFUSALS.volumeElsewhere
    return undefined
  }
}

/** Effects that keep a pod off a node. */
export const HARD_EFFECTS = ['NoSchedule', 'NoExecute'] as const

/** What a cordoned node is to those who tolerate it. */
const UNSCHEDULABLE = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' } as const

function avoidedTaints({ spec }: Node, tolerations: PodShape['spec']['tolerations']): number {
  const avoided = (spec?.taints ?? []).filter(({ effect }) => effect === 'PreferNoSchedule')
  return avoided.filter((taint) => findUntoleratedTaint([taint], tolerations, ['PreferNoSchedule'])).length
}
