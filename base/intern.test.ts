import { deepEqual, equal, notEqual, throws } from 'node:assert/strict'
import { test } from 'node:test'
import { createInterner } from './intern.ts'

test('equal values are one, others are not, and nobody can change what others hold', () => {
  const intern = createInterner()
  const one = intern({ name: 'view', rules: [{ verbs: ['get'] }] })
  const same = intern({ name: 'view', rules: [{ verbs: ['get'] }] })
  const other = intern({ name: 'view', rules: [{ verbs: ['get', 'list'] }] })
  equal(one, same)
  notEqual(one, other)
  deepEqual(other.rules[0]?.verbs, ['get', 'list'])
  throws(() => one.rules[0]?.verbs.push('delete'), TypeError)
  throws(() => Object.assign(one, { name: 'edit' }), TypeError)
  deepEqual(same, { name: 'view', rules: [{ verbs: ['get'] }] })
})

test('what is asked for now and then stays the same, and the rest is forgotten', () => {
  const intern = createInterner(100)
  const kept = intern({ name: 'kept' })
  const first = intern({ name: 'other 0' })
  for (let number = 1; number < 50; number++) {
    intern({ name: `other ${number}` })
    equal(intern({ name: 'kept' }), kept)
  }
  notEqual(intern({ name: 'other 0' }), first)
})
