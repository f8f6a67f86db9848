/** Services and the slices of their endpoints. */
import type { Scenario } from '../scenario.ts'
import { change, create, deployment, nodesOf, pod, remove, service, spread } from './words.ts'

const named = {
  containers: [{ name: 'web', image: 'example.com/web:1', ports: [{ name: 'http', containerPort: 8080 }] }],
}

/** Of services. */
export const SERVICES: readonly Scenario[] = [
  {
    name: 'service-has-endpoints',
    nodes: nodesOf(2),
    isPlacementTold: true,
    steps: [
      {
        name: 'is made before its pods',
        deeds: [create(service('web', { ports: [{ name: 'http', port: 80, targetPort: 'http' }] }))],
      },
      { name: 'gets pods', deeds: [create(deployment('web', { replicas: 2 }, { ...named, ...spread('web') }))] },
      {
        name: 'tells of pods that are not ready',
        deeds: [
          create(pod('waits', { ...named, nodeSelector: { disk: 'fast' } }, 'web')),
          change('services/web', { publishNotReadyAddresses: true }),
        ],
      },
      { name: 'has another selector', deeds: [change('services/web', { selector: { app: 'other' } })] },
      { name: 'is deleted', deeds: [remove('services/web')] },
    ],
  },
  {
    name: 'service-is-headless',
    nodes: nodesOf(1),
    isPlacementTold: true,
    steps: [
      {
        name: 'is made with its pods',
        deeds: [
          create(service('web', { clusterIP: 'None', ports: [{ port: 80, targetPort: 8080 }] })),
          create(pod('web', { hostname: 'first', subdomain: 'web' })),
        ],
      },
      { name: 'loses its port', deeds: [{ deed: 'patch', on: 'services/web', patch: { spec: { ports: null } } }] },
      { name: 'loses its pod', deeds: [remove('pods/web')] },
    ],
  },
]
