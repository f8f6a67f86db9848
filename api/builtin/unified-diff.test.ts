import { equal } from 'node:assert/strict'
import { test } from 'node:test'
import { diffValues } from './unified-diff.ts'

test('one change is shown with what is around it', () => {
  const value = (path: string) => ({ a: 1, b: 2, c: { path, type: '' }, d: null, e: null, f: null })
  equal(
    diffValues(value('/tmp/x'), value('/tmp/y')),
    '@@ -2,7 +2,7 @@\n  "a": 1,\n  "b": 2,\n  "c": {\n-  "path": "/tmp/x",\n+  "path": "/tmp/y",\n   "type": ""\n  },\n  "d": null,\n',
  )
})

test('changes far from each other are shown apart', () => {
  const value = (first: number, last: number) => ({ first, rest: Array.from({ length: 20 }, (_, at) => at), last })
  const diff = diffValues(value(1, 1), value(2, 2))
  equal(diff.match(/^@@ /gm)?.length, 2)
})

test('what is the same differs in nothing', () => {
  equal(diffValues({ a: [1, 2] }, { a: [1, 2] }), '')
})

test('lines that came and lines that went are counted', () => {
  equal(diffValues([1], [1, 2]), '@@ -1,3 +1,4 @@\n [\n- 1\n+ 1,\n+ 2\n ]\n')
})
