import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject, KubeObject } from '../object.ts'
import { LAST_APPLIED, refreshLastApplied } from './last-applied.ts'
import { recordUpdate } from './record-update.ts'
import { applied, ownersOf, stored, tell, timeAt } from './testdata/story.ts'
import { otherwise, WIDGET_VERSIONS, widget } from './testdata/widget.ts'

/** A Widget that kubectl applied from the client's side: an update, with what was applied in the annotation. */
function appliedByClient(lastApplied: JsonObject | string, spec: JsonObject): KubeObject {
  const annotation = typeof lastApplied === 'string' ? lastApplied : JSON.stringify(lastApplied)
  const next = widget(spec, { annotations: { [LAST_APPLIED]: annotation } })
  const manager = 'kubectl-client-side-apply'
  const update = { live: undefined, next, manager, subresource: '', now: timeAt(1), versions: WIDGET_VERSIONS }
  const managedFields = recordUpdate(update)
  return stored({ ...next, metadata: { ...next.metadata, ...(managedFields && { managedFields }) } })
}

const annotationOf = (object: KubeObject): string | undefined => object.metadata.annotations?.[LAST_APPLIED]

test('kubectl takes over what it applied from the client, and keeps the annotation up to date', () => {
  const live = appliedByClient(widget({ size: 1, text: 'x' }), { size: 1, text: 'x', on: true })
  const configuration = widget({ text: '<b>', size: 2 })
  const object = applied({ live, applied: configuration, manager: 'kubectl', now: timeAt(2) })
  assert.deepEqual(ownersOf(object), {
    kubectl: 'size text',
    'kubectl-client-side-apply (updates)': `.metadata.annotations .metadata.annotations.${LAST_APPLIED} on`,
  })
  assert.equal(
    annotationOf(object),
    '{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w","namespace":"shop"},"spec":{"size":2,"text":"\\u003cb\\u003e"}}\n',
  )
})

/** The annotation, the live spec, and the conflict that kubectl meets when it applies { size: 2 }. */
const WITHOUT: readonly [string, JsonObject | string, JsonObject][] = [
  ['what it did not apply', widget({ text: 'x' }), { size: 1 }],
  ['what has changed since', widget({ size: 1 }), { size: 5 }],
  ['another version', otherwise(widget({ size: 1 }), { apiVersion: 'example.com/v0' }), { size: 1 }],
  ['an annotation that does not fit the schema', widget({ size: 1, unknown: 1 }), { size: 1 }],
  ['an annotation that cannot be read', '{', { size: 1 }],
  ['an empty annotation', '', { size: 1 }],
  ['a live object with doubles', widget({ size: 1 }), { size: 1, tags: ['x', 'x'] }],
]
for (const [name, annotation, spec] of WITHOUT) {
  test(`kubectl does not take over: ${name}`, () => {
    const live = appliedByClient(annotation, spec)
    assert.throws(() => applied({ live, applied: widget({ size: 2 }), manager: 'kubectl', now: timeAt(2) }), {
      message:
        'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using example.com/v1: .spec.size',
    })
  })
}

test('only conflicts over other fields are left', () => {
  const live = appliedByClient(widget({ size: 1 }), { size: 1, text: 'x' })
  const apply = () => applied({ live, applied: widget({ size: 2, text: 'y' }), manager: 'kubectl', now: timeAt(2) })
  assert.throws(apply, { message: /^Apply failed with 1 conflict: .*: \.spec\.text$/ })
})

test('who is not called kubectl takes nothing over and leaves the annotation alone', () => {
  const live = appliedByClient(widget({ size: 1 }), { size: 1 })
  assert.throws(() => applied({ live, applied: widget({ size: 2 }), manager: 'kubectl2', now: timeAt(2) }), {
    code: 'Conflict',
  })
  const object = applied({ live, applied: widget({ size: 2 }), manager: 'other', force: true, now: timeAt(2) })
  assert.equal(annotationOf(object), annotationOf(live))
})

test('an object without the annotation does not get one', () => {
  const object = tell([{ by: 'kubectl', applies: { size: 1 } }])
  assert.equal(object?.metadata.annotations, undefined)
})

test('the annotation does not hold itself', () => {
  const object = widget({}, { annotations: { [LAST_APPLIED]: 'old', a: '1' } })
  refreshLastApplied(object, widget({}, { annotations: { [LAST_APPLIED]: 'old', a: '1' } }))
  assert.deepEqual(JSON.parse(annotationOf(object) ?? '').metadata.annotations, { a: '1' })
})

test('an annotation that would be too large is dropped', () => {
  const large = widget({ text: 'x'.repeat(256 * 1024) })
  const object = widget({}, { annotations: { [LAST_APPLIED]: 'old', a: '1' } })
  refreshLastApplied(object, large)
  assert.deepEqual(object.metadata.annotations, { a: '1' })
})
