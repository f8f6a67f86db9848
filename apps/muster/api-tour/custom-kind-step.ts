/** A kind that did not exist a moment ago. */
import type { KubeObject } from '@muster/api/object.ts'
import { milliseconds } from '@muster/base/clock.ts'
import { hasCode, isControlError } from '@muster/base/errors.ts'
import type { Client } from '@muster/client/client.ts'
import type { ResourceRef } from '@muster/client/resource-ref.ts'
import { text } from '../terminal/language.ts'
import { expect } from '../tour/play.ts'
import { NAMESPACE, type Stage, type Step } from './stage.ts'

interface Tea extends KubeObject {
  spec?: { cups: number; sugar?: number }
}

const DEFINITIONS: ResourceRef = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
}
const TEAS: ResourceRef<Tea> = {
  group: 'tour.muster.dev',
  version: 'v1',
  kind: 'Tea',
  plural: 'teas',
  namespaced: true,
}

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'teas.tour.muster.dev' },
  spec: {
    group: 'tour.muster.dev',
    scope: 'Namespaced',
    names: { plural: 'teas', singular: 'tea', kind: 'Tea', listKind: 'TeaList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                required: ['cups'],
                properties: {
                  cups: { type: 'integer', minimum: 1 },
                  sugar: { type: 'integer', default: 0 },
                },
                'x-kubernetes-validations': [
                  { rule: 'self.sugar <= 2 * self.cups', message: 'no more than two lumps a cup' },
                ],
              },
            },
          },
        },
      },
    ],
  },
}

const tea = (name: string, spec: { cups: number; sugar?: number }): Tea => ({
  apiVersion: 'tour.muster.dev/v1',
  kind: 'Tea',
  metadata: { namespace: NAMESPACE, name },
  spec,
})

/** Defined, served without a restart, defaulted, and refused by its own rule. */
export const customKindStep: Step = {
  title: text(
    'A kind is served as soon as it is defined, with its defaults and its rules',
    '一种资源定义后立即可用，带有默认值与规则',
  ),
  command: 'kubectl apply -f crd.yaml; kubectl create -f tea.yaml',
  async play(stage) {
    const { clock, client } = stage
    await client().resource(DEFINITIONS).create(definition)
    const began = clock.elapsed()
    const made = await createOnceServed(stage, tea('green', { cups: 2 }))
    expect(made.spec?.sugar === 0, 'the schema gives its default')
    const refused = await refusalOf(client(), tea('black', { cups: 1, sugar: 3 }))
    expect(refused.includes('no more than two lumps a cup'), `its rule refuses it, and not: ${refused}`)
    const took = Math.round(clock.elapsed() - began)
    return [
      text(`served ${took} ms after its definition`, `定义后 ${took} 毫秒可用`),
      text(`refused: ${refused}`, `被拒绝：${refused}`),
    ]
  },
}

async function createOnceServed({ client, clock }: Stage, object: Tea): Promise<Tea> {
  for (let tries = 0; ; tries++) {
    try {
      return await client().resource(TEAS).create(object)
    } catch (error) {
      if (!hasCode(error, 'NotFound') || tries === 100) throw error
      await clock.sleep(milliseconds(20))
    }
  }
}

async function refusalOf(client: Client, object: Tea): Promise<string> {
  try {
    await client.resource(TEAS).create(object)
    return ''
  } catch (error) {
    if (!isControlError(error)) throw error
    return error.message
  }
}
