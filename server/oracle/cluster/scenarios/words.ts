/** Words that scenarios share. */
import type { JsonObject } from '../../case.ts'
import type { Deed, NodeDraft } from '../scenario.ts'

/** Nodes of one size, `node-a` and so on. */
export const nodesOf = (count: number, draft: Partial<NodeDraft> = {}): readonly NodeDraft[] =>
  Array.from({ length: count }, (_, at) => ({ ...draft, name: `node-${'abcdefgh'[at]}` }))

/** Makes an object. */
export const create = (object: JsonObject): Deed => ({ deed: 'create', object })

/** Patches the spec of an object. */
export const change = (on: string, spec: JsonObject): Deed => ({ deed: 'patch', on, patch: { spec } })

/** Deletes an object. */
export const remove = (on: string, options?: JsonObject): Deed => ({
  deed: 'delete',
  on,
  ...(options ? { options } : {}),
})

/** A template of pods that carry `app: NAME`. */
export const template = (app: string, spec: JsonObject = {}, image = 'example.com/web:1'): JsonObject => ({
  metadata: { labels: { app } },
  spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'web', image }], ...spec },
})

/** The change of a template to another image. */
export const image = (version: number): JsonObject => ({
  template: { spec: { containers: [{ name: 'web', image: `example.com/web:${version}` }] } },
})

const workload =
  (kind: string) =>
  (name: string, spec: JsonObject, pod: JsonObject = {}): JsonObject => ({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name },
    spec: { selector: { matchLabels: { app: name } }, template: template(name, pod), ...spec },
  })

/** A Deployment with pods that carry `app: NAME`. */
export const deployment = workload('Deployment')
/** A ReplicaSet of such pods. */
export const replicaSet = workload('ReplicaSet')
/** A StatefulSet of such pods. */
export const statefulSet = workload('StatefulSet')
/** A DaemonSet of such pods. */
export const daemonSet = workload('DaemonSet')

/** A Job, whose pods run until they end by themselves. */
export const job = (name: string, spec: JsonObject): JsonObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name },
  spec: { template: template(name, { restartPolicy: 'Never' }), ...spec },
})

/** A pod that carries `app: NAME`. */
export const pod = (name: string, spec: JsonObject = {}, app = name): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  ...template(app, spec),
  metadata: { name, labels: { app } },
})

/** A service of the pods that carry `app: NAME`. */
export const service = (name: string, spec: JsonObject): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { app: name }, ...spec },
})

/** A budget for the pods that carry `app: NAME`. */
export const budget = (app: string, spec: JsonObject): JsonObject => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: app },
  spec: { selector: { matchLabels: { app } }, ...spec },
})

/** Each pod on a node of its own, or in a zone of its own. */
export const spread = (app: string, topologyKey = 'kubernetes.io/hostname'): JsonObject => ({
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchLabels: { app } },
    },
  ],
})
