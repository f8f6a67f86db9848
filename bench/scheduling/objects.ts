/** The nodes and pods that are scheduled. */
import type { Node, Pod } from '@muster/api/types/core-v1.ts'

/** Of all nodes. */
export const ZONES = 10
/** Of all pods. */
export const APPS = 20

/** Whom pods want for a scheduler, where there are others. */
export const SCHEDULER = 'bench'

/** What pods want. */
export const KINDS = ['fit', 'fit and taints', 'spread over zones', 'spread over nodes'] as const
/** One of {@link KINDS}. */
export type KindOfPods = (typeof KINDS)[number]

/** One of them; every eleventh is tainted. */
export const nodeObject = (number: number): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name: `node-${number}`,
    labels: { 'kubernetes.io/hostname': `node-${number}`, 'topology.kubernetes.io/zone': `zone-${number % ZONES}` },
  },
  spec: number % 11 === 0 ? { taints: [{ key: 'only', value: 'some', effect: 'NoSchedule' }] } : {},
  status: {
    allocatable: { cpu: '16', memory: '64Gi', pods: '110' },
    conditions: [{ type: 'Ready', status: 'True' }],
  },
})

/** One pod of a kind, of one of the applications. */
export function podObject(number: number, kind: KindOfPods): Pod {
  const app = `app-${number % APPS}`
  const topologyKey = kind === 'spread over zones' ? 'topology.kubernetes.io/zone' : 'kubernetes.io/hostname'
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `pod-${number}`, namespace: 'default', uid: `uid-${number}`, labels: { app } },
    spec: {
      containers: [{ name: 'main', image: 'host/main', resources: { requests: { cpu: '100m', memory: '128Mi' } } }],
      ...(kind === 'fit and taints' ? { tolerations: [{ key: 'only', operator: 'Exists' }] } : {}),
      ...(kind.startsWith('spread')
        ? {
            topologySpreadConstraints: [
              {
                maxSkew: 1,
                topologyKey,
                whenUnsatisfiable: 'DoNotSchedule',
                labelSelector: { matchLabels: { app } },
              },
            ],
          }
        : {}),
    },
  }
}
