/**
 * Which taints keep new pods off a node, told from its conditions. Pure.
 * Source: kubernetes pkg/controller/nodelifecycle nodeConditionToTaintKeyStatusMap, doNoScheduleTaintingPass.
 */
import type { Node, Taint } from '@muster/api/types/core-v1.ts'

/** By a condition and what it says, the taint. */
const TAINTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: 'node.kubernetes.io/not-ready', Unknown: 'node.kubernetes.io/unreachable' },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
}
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable'
const OURS: ReadonlySet<string> = new Set([UNSCHEDULABLE, ...Object.values(TAINTS).flatMap(Object.values)])

/** The taints to be; undefined when the node has them already. Those of others stay, and where they are. */
export function decideTaints({ spec = {}, status }: Node, now: string): Taint[] | undefined {
  const wanted = new Set((status?.conditions ?? []).flatMap(({ type, status: says }) => TAINTS[type]?.[says] ?? []))
  if (spec.unschedulable) wanted.add(UNSCHEDULABLE)
  const taints = spec.taints ?? []
  const isOurs = ({ key, effect }: Taint) => effect === 'NoSchedule' && OURS.has(key)
  const kept = taints.filter((taint) => !isOurs(taint) || wanted.has(taint.key))
  const known = new Set(kept.filter(isOurs).map(({ key }) => key))
  const added = [...wanted].filter((key) => !known.has(key))
  if (kept.length === taints.length && added.length === 0) return undefined
  return [...kept, ...added.map((key): Taint => ({ key, effect: 'NoSchedule', timeAdded: now }))]
}
