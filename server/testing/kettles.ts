/** For tests: the definition of a custom resource, and the moment from which it is served. */
import { type Clock, milliseconds } from '@muster/base/clock.ts'
import type { JsonAnswer } from './ask.ts'

/** Where definitions are. */
export const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

/** The definition of kettles, whose one version has more to it than an object of any fields. */
export const kettles = (more: object = {}) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'kettles.tea.test' },
  spec: {
    group: 'tea.test',
    scope: 'Namespaced',
    names: { plural: 'kettles', singular: 'kettle', kind: 'Kettle', listKind: 'KettleList' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } }, ...more }],
  },
})

/** Resolves once kettles are served by whoever is asked. */
export async function kettlesAreServed(
  ask: (method: string, path: string) => Promise<JsonAnswer>,
  clock: Clock,
): Promise<void> {
  while (!JSON.stringify((await ask('GET', '/apis')).body).includes('"tea.test"')) await clock.sleep(TURN)
}
const TURN = milliseconds(5)
