/** What must hold whatever is applied and written, in whatever order. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasCode } from '@muster/base/errors.ts'
import fc from 'fast-check'
import type { JsonObject, KubeObject } from '../object.ts'
import { checkTyped } from './check-typed.ts'
import { compare } from './compare.ts'
import { difference, equalSets, type FieldSet, isEmptySet, union } from './field-set.ts'
import { fieldsOf } from './fields-of.ts'
import { parseFieldsV1 } from './fields-v1.ts'
import { merge } from './merge.ts'
import { removeItems } from './remove-items.ts'
import { withNamedFields } from './schema-fields.ts'
import { type Deed, tell } from './testdata/story.ts'
import { WIDGET_ATOM as ATOM, widget } from './testdata/widget.ts'
import { asJson } from './whole-object.ts'

const few = (...words: string[]) => fc.constantFrom(...words)
const part = fc.record(
  {
    name: few('a', 'b', 'c'),
    port: fc.constantFrom(80, 81),
    value: few('x', 'y'),
    inner: fc.uniqueArray(fc.record({ id: fc.nat(2), value: few('x', 'y') }, { requiredKeys: ['id'] }), {
      selector: ({ id }) => id,
      minLength: 1,
      maxLength: 2,
    }),
  },
  { requiredKeys: ['name'] },
)
/** No empty lists, no nulls and no field that changes its shape: those have rules of their own, and the tables have them. */
const spec: fc.Arbitrary<JsonObject> = fc.record(
  {
    size: fc.nat(2),
    text: few('x', 'y'),
    parts: fc.uniqueArray(part, { selector: ({ name, port = 80 }) => `${name}${port}`, minLength: 1, maxLength: 3 }),
    tags: fc.uniqueArray(few('x', 'y', 'z'), { minLength: 1, maxLength: 3 }),
    steps: fc.array(few('x', 'y'), { maxLength: 2 }),
    limits: fc.record({ cpu: few('1', '2'), memory: few('1', '2') }, { requiredKeys: [] }),
    labels: fc.dictionary(few('a', 'b', '__proto__', 'constructor'), few('1', '2'), { maxKeys: 3 }),
    groups: fc.dictionary(few('g', 'h'), fc.record({ a: few('1'), b: few('1', '2') }, { requiredKeys: [] })),
    free: fc.record(
      { f: few('x', 'y'), g: fc.dictionary(few('h', 'i'), fc.array(few('x', 'y'))) },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
)

/** With those that only lead to others: an empty map that is applied may not be empty when merged. */
const everyFieldOf = (object: JsonObject): FieldSet => withNamedFields(ATOM, fieldsOf(ATOM, object))

test('merging contains what is applied, and everything that it does not mention', () => {
  fc.assert(
    fc.property(spec, spec, (live, applied) => {
      const [before, configuration] = [widget(live), widget(applied)]
      const merged = merge(ATOM, before, configuration)
      const mentioned = fieldsOf(ATOM, configuration)
      assert.ok(isEmptySet(difference(mentioned, everyFieldOf(merged))), 'every field that is applied is there')
      const { added, modified, removed } = compare(ATOM, before, merged)
      assert.ok(isEmptySet(removed), 'nothing goes')
      assert.ok(isEmptySet(difference(modified, mentioned)), 'only what is applied has another value')
      assert.ok(isEmptySet(difference(added, withNamedFields(ATOM, mentioned))), 'only what is applied comes')
      assert.deepEqual(merge(ATOM, merged, configuration), merged, 'once more changes nothing')
      assert.deepEqual(checkTyped(ATOM, merged), [])
    }),
  )
})

test('what is compared with itself is the same, and a difference leads from one to the other', () => {
  fc.assert(
    fc.property(spec, spec, (one, other) => {
      const [before, after] = [widget(one), widget(other)]
      const { added, modified, removed } = compare(ATOM, before, after)
      const back = compare(ATOM, after, before)
      assert.ok(equalSets(back.removed, added) && equalSets(back.added, removed) && equalSets(back.modified, modified))
      const cleared = removeItems(ATOM, after, union(added, modified))
      assert.ok(isEmptySet(compare(ATOM, before, cleared).added))
    }),
  )
})

const who = few('one', 'two', 'three')
const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({ by: who, applies: spec }),
  fc.record({ by: who, forces: spec }),
  fc.record({ by: who, writes: spec }),
)

/** The objects after each deed; a deed that meets a conflict leaves the object as it was. */
function historyOf(
  deeds: readonly Deed[],
): { deed: Deed; before: KubeObject | undefined; after: KubeObject | undefined }[] {
  let object: KubeObject | undefined
  return deeds.map((deed, at) => {
    const before = object
    try {
      object = tell([deed], before, at + 1)
    } catch (error) {
      if (!hasCode(error, 'Conflict')) throw error
    }
    return { deed, before, after: object }
  })
}

const entriesOf = (object: KubeObject | undefined) => object?.metadata.managedFields ?? []

test('ownership keeps its rules through any history', () => {
  let conflicts = 0
  let shared = 0
  let pruned = 0
  fc.assert(
    fc.property(fc.array(deed, { minLength: 1, maxLength: 6 }), (deeds) => {
      for (const { deed, before, after } of historyOf(deeds)) {
        if (before !== undefined && after === before) {
          assert.ok('applies' in deed, 'only an apply that is not forced meets a conflict')
          conflicts++
          continue
        }
        assert.ok(after)
        const sets = entriesOf(after).map(({ fieldsV1 }) => parseFieldsV1(fieldsV1))
        const there = everyFieldOf(asJson(after))
        for (const set of sets) assert.ok(!isEmptySet(set), 'nobody owns nothing')
        if ('writes' in deed) {
          const { added, modified } = compare(ATOM, asJson(before ?? widget()), asJson(after))
          const own = entriesOf(after).findIndex(
            ({ manager, operation }) => manager === deed.by && operation === 'Update',
          )
          for (const [at, set] of sets.entries()) {
            const common = difference(set, difference(set, union(added, modified)))
            assert.ok(at === own || isEmptySet(common), 'who changes a field owns it alone')
          }
          continue
        }
        const configuration = widget('applies' in deed ? deed.applies : deed.forces)
        const own = entriesOf(after).find(({ manager, operation }) => manager === deed.by && operation === 'Apply')
        const mine = parseFieldsV1(own?.fieldsV1 ?? {})
        assert.ok(isEmptySet(difference(mine, fieldsOf(ATOM, configuration))), 'an applier owns what it applied')
        assert.ok(isEmptySet(difference(fieldsOf(ATOM, configuration), there)), 'what was applied is there')
        if (
          sets.some((set, at) => entriesOf(after)[at] !== own && !isEmptySet(difference(mine, difference(mine, set))))
        )
          shared++
        if (before && !isEmptySet(compare(ATOM, asJson(before), asJson(after)).removed)) pruned++
        // The same apply once more: nothing happens, to the last byte.
        const again = tell([deed], after, 50)
        assert.deepEqual(again, after)
        assert.equal(JSON.stringify(tell([deed], again, 51)), JSON.stringify(again))
      }
    }),
    { numRuns: 300 },
  )
  assert.ok(conflicts > 20 && shared > 20 && pruned > 20, `it did happen: ${conflicts}, ${shared}, ${pruned}`)
})

const specOf = (object: KubeObject | undefined): JsonObject => ({ spec: object ? (asJson(object).spec ?? null) : null })

test('who applies nothing gives back all that nobody else wants', () => {
  fc.assert(
    fc.property(spec, spec, (mine, its) => {
      const both = tell([
        { by: 'one', applies: mine },
        { by: 'two', forces: its },
        { by: 'one', applies: {} },
      ])
      const alone = tell([{ by: 'two', applies: its }])
      const left = compare(ATOM, specOf(alone), specOf(both))
      assert.ok(isEmptySet(left.removed) && isEmptySet(left.modified), 'all that two applied is there')
    }),
  )
})
