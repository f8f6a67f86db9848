import { deepEqual, equal, throws } from 'node:assert/strict'
import { test } from 'node:test'
import type { Revision } from '@muster/store/store.ts'
import { decodeContinue, encodeContinue } from './continue-token.ts'
import { getRule, type ListVersion, listRule } from './list-rule.ts'

const at = (revision: number) => revision as Revision
const token = { revision: at(5), start: 'shop/web-1\0', left: 3 }
const NOTHING: ListVersion = { limit: 0, continue: '', resourceVersion: '', resourceVersionMatch: '' }

const lists: readonly (readonly [Partial<ListVersion>, ReturnType<typeof listRule>])[] = [
  [{}, { read: 'newest' }],
  [{ limit: 2 }, { read: 'newest' }],
  [{ resourceVersion: '0' }, { read: 'any' }],
  [{ resourceVersion: '0', limit: 2 }, { read: 'any' }],
  [{ resourceVersion: '0', resourceVersionMatch: 'NotOlderThan' }, { read: 'any' }],
  [{ resourceVersion: '7' }, { read: 'not older', revision: at(7) }],
  [
    { resourceVersion: '7', limit: 2 },
    { read: 'exact', revision: at(7) },
  ],
  [
    { resourceVersion: '7', resourceVersionMatch: 'NotOlderThan' },
    { read: 'not older', revision: at(7) },
  ],
  [
    { resourceVersion: '7', resourceVersionMatch: 'NotOlderThan', limit: 2 },
    { read: 'not older', revision: at(7) },
  ],
  [
    { resourceVersion: '7', resourceVersionMatch: 'Exact' },
    { read: 'exact', revision: at(7) },
  ],
  [
    { resourceVersion: '7', resourceVersionMatch: 'Exact', limit: 2 },
    { read: 'exact', revision: at(7) },
  ],
  [
    { continue: encodeContinue(token), limit: 2 },
    { read: 'on', token },
  ],
  [
    { continue: encodeContinue(token), resourceVersion: '0' },
    { read: 'on', token },
  ],
]

for (const [asked, rule] of lists) {
  test(`a list with ${JSON.stringify(asked)} reads ${rule.read}`, () => {
    deepEqual(listRule({ ...NOTHING, ...asked }), rule)
  })
}

const refused: readonly (readonly [Partial<ListVersion>, string])[] = [
  [
    { continue: encodeContinue(token), resourceVersion: '7' },
    'specifying resource version is not allowed when using continue',
  ],
  [
    { resourceVersion: 'abc' },
    'invalid resource version: resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
  ],
  [
    { resourceVersion: '-1' },
    'invalid resource version: resourceVersion: Invalid value: "-1": strconv.ParseUint: parsing "-1": invalid syntax',
  ],
  [{ continue: '!' }, 'invalid continue token: continue key is not valid'],
  [{ continue: Buffer.from('7').toString('base64url') }, 'invalid continue token: continue key is not valid'],
  [
    { continue: Buffer.from('{"v":"v2","rv":1,"start":"a"}').toString('base64url') },
    'invalid continue token: continue key is not valid: server does not recognize this encoded version v2',
  ],
  [
    { continue: Buffer.from('{"v":"meta.k8s.io/v1","rv":0,"start":"a"}').toString('base64url') },
    'invalid continue token: continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)',
  ],
  [
    { continue: Buffer.from('{"v":"meta.k8s.io/v1","rv":1,"start":""}').toString('base64url') },
    'invalid continue token: continue key is not valid: encoded start key empty (version meta.k8s.io/v1)',
  ],
]

for (const [asked, message] of refused) {
  test(`a list with ${JSON.stringify(asked)} is refused`, () => {
    throws(() => listRule({ ...NOTHING, ...asked }), { code: 'BadRequest', message })
  })
}

test('a get reads the newest, any, or one that is not older', () => {
  deepEqual(['', '0', '00', '7'].map(getRule), [
    { read: 'newest' },
    { read: 'any' },
    { read: 'any' },
    { read: 'not older', revision: 7 },
  ])
  throws(() => getRule('99999999999999999999'), { code: 'BadRequest', message: /value out of range$/ })
})

test('a token without a revision reads what is there now', () => {
  const inconsistent = encodeContinue({ start: 'a' })
  deepEqual(decodeContinue(inconsistent), { start: 'a' })
  equal(JSON.parse(Buffer.from(inconsistent, 'base64url').toString()).rv, -1)
  // As kube-apiserver would make it.
  deepEqual(decodeContinue('eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6NSwic3RhcnQiOiJhXHUwMDAwIn0'), {
    revision: 5,
    start: 'a\0',
  })
})
