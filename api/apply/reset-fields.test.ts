import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pathsOf, setOf } from './field-set.ts'
import { fieldElement, sayPath } from './path-element.ts'
import { resetFieldsOf } from './reset-fields.ts'

const pathOf = (text: string) => text.split(' ').map((step) => (step.includes(':') ? step : fieldElement(step)))
const FIELDS = setOf(
  ...[
    'spec a',
    'status certificate',
    'status conditions',
    'metadata labels',
    'metadata ownerReferences',
    'spec containers k:{"name":"c"} image',
    'spec containers k:{"name":"c"} resources',
    'spec ephemeralContainers',
  ].map(pathOf),
)
const METADATA = '.metadata.labels .metadata.ownerReferences'
const SPEC = '.spec.a .spec.ephemeralContainers .spec.containers[name="c"].image .spec.containers[name="c"].resources'
const STATUS = '.status.certificate .status.conditions'

/** A kind, a subresource, and the fields that a write through it does not leave alone. */
const WRITTEN: readonly [string, string, string][] = [
  ['apps/deployments', '', `${METADATA} ${SPEC}`],
  ['apps/deployments', 'status', `.metadata.ownerReferences ${STATUS}`],
  ['apps/replicasets', 'status', `${METADATA} ${STATUS}`],
  ['example.com/widgets', '', `${METADATA} ${SPEC}`],
  ['example.com/widgets', 'status', STATUS],
  ['/pods', 'status', `.metadata.labels ${STATUS}`],
  ['/namespaces', 'finalize', `${METADATA} ${SPEC}`],
  ['certificates.k8s.io/certificatesigningrequests', '', METADATA],
  ['certificates.k8s.io/certificatesigningrequests', 'status', `${METADATA} .status.certificate`],
  ['certificates.k8s.io/certificatesigningrequests', 'approval', `${METADATA} .status.conditions`],
]
for (const [kind, subresource, written] of WRITTEN) {
  test(`a write of ${kind}${subresource && `/${subresource}`}`, () => {
    const [group = '', plural = ''] = kind.split('/')
    const filter = resetFieldsOf({ group, plural, hasStatus: true }, subresource)
    assert.equal(filter && pathsOf(filter(FIELDS)).map(sayPath).join(' '), written)
  })
}

test('where nothing is reset, nothing is left alone', () => {
  assert.equal(resetFieldsOf({ group: '', plural: 'configmaps', hasStatus: false }, ''), undefined)
  assert.equal(resetFieldsOf({ group: 'apps', plural: 'deployments', hasStatus: true }, 'scale'), undefined)
  assert.equal(resetFieldsOf({ group: '', plural: 'pods', hasStatus: true }, 'resize'), undefined)
})
