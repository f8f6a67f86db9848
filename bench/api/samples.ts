/** The objects that clients create, one kind of them at a time: as small as they are in life, or filled with text. */
import { COLLECTION, configMap } from './config-maps.ts'

/** What clients may create. */
export const SAMPLES = ['configmaps', 'pods', 'deployments'] as const
/** One of {@link SAMPLES}. */
export type Sample = (typeof SAMPLES)[number]

/** Where objects of a kind are, and one of them as it goes out. Only a ConfigMap holds the text. */
export interface SampleKind {
  readonly collection: string
  readonly make: (name: string, text: string) => Buffer
}

const LABELS = { app: 'bench' }
const CONTAINERS = [
  {
    name: 'web',
    image: 'nginx:1.29',
    ports: [{ containerPort: 80, protocol: 'TCP' }],
    env: [{ name: 'STAGE', value: 'bench' }],
    resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '128Mi' } },
  },
]

const bytesOf = (object: object): Buffer => Buffer.from(JSON.stringify(object))

/** Each kind. */
export const KINDS: Readonly<Record<Sample, SampleKind>> = {
  configmaps: { collection: COLLECTION, make: configMap },
  pods: {
    collection: COLLECTION.replace('configmaps', 'pods'),
    make: (name) =>
      bytesOf({ apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: LABELS }, spec: { containers: CONTAINERS } }),
  },
  deployments: {
    collection: COLLECTION.replace('/api/v1/', '/apis/apps/v1/').replace('configmaps', 'deployments'),
    make: (name) =>
      bytesOf({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name, labels: LABELS },
        spec: {
          replicas: 2,
          selector: { matchLabels: LABELS },
          template: { metadata: { labels: LABELS }, spec: { containers: CONTAINERS } },
        },
      }),
  },
}
