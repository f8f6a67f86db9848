import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { Node, NodeSelectorRequirement, NodeSelectorTerm } from '../types/core-v1.ts'
import { matchesNodeSelector, matchesRequiredAffinity, namedNodes, preferenceOf } from './node-affinity.ts'

const node: Node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node-1', labels: { zone: 'a', cores: '8' } },
}
const ask = (key: string, operator: string, ...values: string[]): NodeSelectorRequirement => ({ key, operator, values })
const labels = (...matchExpressions: NodeSelectorRequirement[]): NodeSelectorTerm => ({ matchExpressions })
const fields = (...matchFields: NodeSelectorRequirement[]): NodeSelectorTerm => ({ matchFields })

const CASES: readonly [what: string, terms: NodeSelectorTerm[], holds: boolean][] = [
  ['no term', [], false],
  ['an empty term', [{}], false],
  ['In', [labels(ask('zone', 'In', 'a', 'b'))], true],
  ['In of others', [labels(ask('zone', 'In', 'b'))], false],
  ['NotIn of a label that is not there', [labels(ask('rack', 'NotIn', 'b'))], true],
  ['Exists', [labels(ask('zone', 'Exists'))], true],
  ['DoesNotExist', [labels(ask('zone', 'DoesNotExist'))], false],
  ['Gt', [labels(ask('cores', 'Gt', '4'))], true],
  ['Lt', [labels(ask('cores', 'Lt', '8'))], false],
  ['Gt of what is no number', [labels(ask('zone', 'Gt', '4'))], false],
  ['both requirements of a term', [labels(ask('zone', 'In', 'a'), ask('cores', 'In', '4'))], false],
  ['one of two terms', [labels(ask('zone', 'In', 'b')), labels(ask('cores', 'In', '8'))], true],
  ['its name', [fields(ask('metadata.name', 'In', 'node-1'))], true],
  ['another name', [fields(ask('metadata.name', 'In', 'node-2'))], false],
  ['not its name', [fields(ask('metadata.name', 'NotIn', 'node-1'))], false],
  ['two names, which is not allowed', [fields(ask('metadata.name', 'In', 'node-1', 'node-2'))], false],
  ['name and label', [{ ...fields(ask('metadata.name', 'In', 'node-1')), ...labels(ask('zone', 'In', 'b')) }], false],
  ['an operator that there is not', [labels(ask('zone', 'Like', 'a'))], false],
]

for (const [what, nodeSelectorTerms, holds] of CASES) {
  test(`a node selector that asks for ${what}`, () => equal(matchesNodeSelector({ nodeSelectorTerms }, node), holds))
}

test('a pod asks by nodeSelector and by affinity, and both must hold', () => {
  const inZone = (zone: string) => ({
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [labels(ask('zone', 'In', zone))] },
    },
  })
  equal(matchesRequiredAffinity({}, node), true)
  equal(matchesRequiredAffinity({ nodeSelector: { zone: 'a' } }, node), true)
  equal(matchesRequiredAffinity({ nodeSelector: { zone: 'b' } }, node), false)
  equal(matchesRequiredAffinity({ nodeSelector: { cores: '8' }, affinity: inZone('a') }, node), true)
  equal(matchesRequiredAffinity({ nodeSelector: { cores: '8' }, affinity: inZone('b') }, node), false)
})

test('preferences that hold are added up', () => {
  const terms = [
    { weight: 10, preference: labels(ask('zone', 'In', 'a')) },
    { weight: 5, preference: labels(ask('zone', 'In', 'b')) },
    { weight: 3, preference: labels(ask('cores', 'Exists')) },
  ]
  equal(preferenceOf(terms, node), 13)
  equal(preferenceOf(undefined, node), 0)
})

test('the nodes that a selector names are known without a look at any, unless a term names none', () => {
  const one = fields(ask('metadata.name', 'In', 'node-1'))
  const two = fields(ask('metadata.name', 'In', 'node-2'))
  deepEqual([...(namedNodes({ nodeSelectorTerms: [one, two] }) ?? [])], ['node-1', 'node-2'])
  equal(namedNodes({ nodeSelectorTerms: [one, labels(ask('zone', 'In', 'a'))] }), undefined)
})
