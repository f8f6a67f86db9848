/** How fast pods find their nodes in memory: fit, taints and spread, without an API. */
import { assert } from '@muster/base/errors.ts'
import { Placement } from '@muster/kernel/placement/placement.ts'
import type { Bench } from '../harness/bench.ts'
import { medians } from '../harness/pairs.ts'
import { figure, type Row, words } from '../harness/result.ts'
import { startMeter } from '../harness/usage.ts'
import { APPS, KINDS, type KindOfPods, nodeObject, podObject, ZONES } from './objects.ts'

const FLEETS = [5_000, 100_000]

/** Decisions a second, for each kind of pods. */
export const decisionsBench: Bench = {
  name: 'scheduling',
  group: 'api',
  about: `pods of ${APPS} applications decided one by one onto nodes in ${ZONES} zones, in memory`,
  run: async ({ settings, progress }) => {
    const pods = settings.quick ? 1_000 : 10_000
    const cases = (settings.quick ? FLEETS.slice(0, 1) : FLEETS).flatMap((nodes) =>
      KINDS.map((kind) => ({ nodes, kind })),
    )
    const rows = cases.map(({ nodes, kind }) => {
      const runs: Row[] = []
      for (let run = 0; run < settings.pairs; run++) {
        progress(`${kind}, ${nodes} nodes, ${run + 1} of ${settings.pairs}`)
        runs.push({ 'pods that want': kind, pods, nodes, ...decide(kind, pods, nodes) })
      }
      return { median: medians(runs), runs }
    })
    return [
      {
        title: 'scheduling decisions',
        columns: [
          words('pods that want'),
          figure('pods', ''),
          figure('nodes', ''),
          figure('pace', 'decisions/s'),
          figure('cpu', 'µs/decision', 2),
        ],
        rows: rows.map(({ median }) => median),
        runs: rows.flatMap(({ runs }) => runs),
        notes: [
          decisionsBench.about,
          'each pod is read, decided and counted on its node before the next; every eleventh node is tainted',
        ],
      },
    ]
  },
}

function decide(kind: KindOfPods, count: number, nodes: number) {
  const placement = new Placement()
  for (let number = 0; number < nodes; number++) placement.fleet.setNode(nodeObject(number))
  const pods = Array.from({ length: count }, (_, number) => podObject(number, kind))
  const meter = startMeter()
  for (const one of pods) {
    const seen = {
      uid: one.metadata.uid ?? '',
      namespace: 'default',
      name: one.metadata.name ?? '',
      shape: placement.shapes.of(one),
      priority: 0,
      isTerminating: false,
      isPreempted: false,
      startedAt: 0,
      nominatedNode: '',
      mayPreempt: true,
    }
    const decision = placement.decide(seen)
    assert(decision.decision === 'place', `${seen.name} fits on some node`)
    placement.fleet.place(seen, decision.node)
  }
  const { seconds, cpuMicroseconds } = meter.stop()
  return { pace: count / seconds, cpu: cpuMicroseconds / count }
}
