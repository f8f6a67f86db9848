/** How good a node is for a pod, from 0 to 100 each, as kube-scheduler v1.36 reckons with its default settings. */

/** The best score. */
export const SCORE_MAX = 100

/** How much each score counts. Source: kube-scheduler apis/config/v1 default_plugins.go. */
export const WEIGHTS = { taints: 3, affinity: 2, spread: 2, wishes: 2 } as const

/** The mean of what is left of CPU and memory. Source: noderesources/least_allocated.go. */
export function leastAllocated(cpu: number, cpuMax: number, memory: number, memoryMax: number): number {
  const resources = (cpuMax > 0 ? 1 : 0) + (memoryMax > 0 ? 1 : 0)
  return resources === 0 ? 0 : Math.trunc((left(cpu, cpuMax) + left(memory, memoryMax)) / resources)
}

const left = (taken: number, max: number): number =>
  max <= 0 || taken > max ? 0 : Math.trunc(((max - taken) * SCORE_MAX) / max)

/** How much evener CPU and memory are used with the pod than without: about 75 where nothing changes. Source: noderesources/balanced_allocation.go. */
export function balance(
  cpu: number,
  cpuWith: number,
  cpuMax: number,
  memory: number,
  memoryWith: number,
  memoryMax: number,
): number {
  const without = evenness(cpu, cpuMax, memory, memoryMax)
  const after = evenness(cpuWith, cpuMax, memoryWith, memoryMax)
  return SCORE_MAX / 2 + Math.trunc((SCORE_MAX / 2 + after - without) / 2)
}

function evenness(cpu: number, cpuMax: number, memory: number, memoryMax: number): number {
  if (cpuMax <= 0 || memoryMax <= 0) return SCORE_MAX
  const apart = Math.abs(Math.min(1, cpu / cpuMax) - Math.min(1, memory / memoryMax)) / 2
  return Math.trunc((1 - apart) * SCORE_MAX)
}

/** Counts of few topologies count for as much as those of many. Source: podtopologyspread/scoring.go. */
export const spreadWeight = (topologies: number): number => Math.log(topologies + 2)

/** How many nodes that will do are enough to choose among. Source: schedule_one.go numFeasibleNodesToFind. */
export function enoughOf(nodes: number): number {
  if (nodes < 100) return nodes
  const percent = Math.max(5, 50 - Math.trunc(nodes / 125))
  return Math.max(100, Math.trunc((nodes * percent) / 100))
}
