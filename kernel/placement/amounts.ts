/** Amounts of resources as plain numbers: thousandths of a CPU, bytes, pieces. */
import { takenBy } from '@muster/api/builtin/core/pod/pod-resources.ts'
import { countQuantity, parseQuantity } from '@muster/api/quantity.ts'
import type { Container, Pod } from '@muster/api/types/core-v1.ts'

/** Amounts by the name of the resource. Above 2^53 they are the nearest number. */
export type Amounts = Readonly<Record<string, number>>

/** A list of quantities as numbers. */
export const amountsOf = (list: Readonly<Record<string, string | number>> = {}): Amounts =>
  Object.fromEntries(Object.entries(list).map(([name, quantity]) => [name, amountOf(name, quantity)]))

/** What a pod takes of its node: see `takenBy`. */
export const takenAmounts = (pod: Pod): Amounts => amountsOf(takenBy(pod, 'requests'))

/** What a container that asks for nothing is taken to use, where nodes are compared. Source: scheduler/util pod_resources.go. */
const USUAL = { cpu: 100, memory: 200 * 2 ** 20 } as const

/** As {@link takenAmounts}, CPU and memory alone; containers that ask for nothing count as if they asked for the usual. */
export function usualAmounts(pod: Pod): { readonly cpu: number; readonly memory: number } {
  const { spec = { containers: [] } } = pod
  if (spec.resources?.requests) {
    const { cpu = 0, memory = 0 } = takenAmounts(pod)
    return { cpu, memory }
  }
  const usual = (container: Container): Container => ({
    ...container,
    resources: { ...container.resources, requests: { ...usualRequests, ...container.resources?.requests } },
  })
  const { containers = [], initContainers } = spec
  const { cpu = 0, memory = 0 } = takenAmounts({
    ...pod,
    spec: {
      ...spec,
      containers: containers.map(usual),
      ...(initContainers ? { initContainers: initContainers.map(usual) } : {}),
    },
  })
  return { cpu, memory }
}

const usualRequests = { cpu: `${USUAL.cpu}m`, memory: String(USUAL.memory) }

const MILLI = -3

const amountOf = (name: string, quantity: string | number): number =>
  Number(countQuantity(parseQuantity(quantity), name === 'cpu' ? MILLI : 0))
