import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { CLUSTER_ANNOTATION } from '@muster/api/cluster-annotation.ts'
import type { KubeObject } from '@muster/api/object.ts'
import fc from 'fast-check'
import { byController, byNamespace, type Index, Picture } from './picture.ts'

const BY_LABEL: Index = { name: 'labels', valuesOf: ({ metadata }) => Object.values(metadata.labels ?? {}) }
const INDEXES = [byNamespace, byController, BY_LABEL]

const objects = fc.record({
  cluster: fc.constantFrom('east', 'west', undefined),
  namespace: fc.constantFrom('shop', 'bank'),
  name: fc.constantFrom('a', 'b', 'c'),
  owner: fc.constantFrom('u1', 'u2', undefined),
  labels: fc.array(fc.constantFrom('red', 'blue'), { maxLength: 2 }),
})

type Sketch = typeof objects extends fc.Arbitrary<infer T> ? T : never

const objectOf = ({ cluster, namespace, name, owner, labels }: Sketch): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    namespace,
    name,
    labels: Object.fromEntries(labels.map((label, at) => [`l${at}`, label])),
    ...(cluster ? { annotations: { [CLUSTER_ANNOTATION]: cluster } } : {}),
    ...(owner
      ? { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: owner, controller: true }] }
      : {}),
  },
})

const keyOf = ({ metadata }: KubeObject) =>
  `${metadata.annotations?.[CLUSTER_ANNOTATION] ?? ''}/${metadata.namespace}/${metadata.name}`

test('whatever is put and dropped, an index finds what a look at all would, in its own cluster alone', () => {
  const change = fc.record({ act: fc.constantFrom('put', 'put', 'drop'), sketch: objects })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), fc.nat({ max: 40 }), (changes, askFrom) => {
      const picture = new Picture<KubeObject>()
      const model = new Map<string, KubeObject>()
      for (const [step, { act, sketch }] of changes.entries()) {
        const object = objectOf(sketch)
        const present = picture.find(object)
        equal(present, model.get(keyOf(object)))
        if (act === 'put') {
          picture.put(object)
          model.set(keyOf(object), object)
        } else if (present) {
          picture.drop(present)
          model.delete(keyOf(object))
        }
        if (step < askFrom) continue
        for (const cluster of ['east', 'west', '']) {
          const own = [...model.values()].filter((one) => keyOf(one).startsWith(`${cluster}/`))
          deepEqual(new Set(picture.inCluster(cluster).list()), new Set(own))
          for (const index of INDEXES)
            for (const value of ['shop', 'bank', 'u1', 'u2', 'red', 'blue', 'none'])
              deepEqual(
                new Set(picture.inCluster(cluster).by(index, value)),
                new Set(own.filter((one) => index.valuesOf(one).includes(value))),
              )
        }
      }
    }),
  )
})
