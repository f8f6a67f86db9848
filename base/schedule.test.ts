import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createSchedule } from './schedule.ts'

test('keys come up in the order of their times, each once, at the earliest time it was planned for', () => {
  const schedule = createSchedule()
  schedule.plan('b', 20)
  schedule.plan('a', 30)
  schedule.plan('a', 10)
  schedule.plan('b', 40)
  schedule.plan('c', 5)
  schedule.cancel('c')
  equal(schedule.nextDue(), 10)
  equal(schedule.takeDue(9), undefined)
  deepEqual([schedule.takeDue(50), schedule.takeDue(50), schedule.takeDue(50)], ['a', 'b', undefined])
  equal(schedule.size, 0)
})

test('it agrees with a sorted list, whatever is planned, cancelled and taken', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd', 'e')
  const step = fc.oneof(
    fc.record({ do: fc.constant('plan' as const), key, due: fc.nat(50) }),
    fc.record({ do: fc.constant('cancel' as const), key, due: fc.nat(50) }),
    fc.record({ do: fc.constant('take' as const), key, due: fc.nat(60) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const schedule = createSchedule()
      const model = new Map<string, number>()
      for (const { do: deed, key, due } of steps) {
        if (deed === 'plan') {
          schedule.plan(key, due)
          model.set(key, Math.min(due, model.get(key) ?? due))
        } else if (deed === 'cancel') {
          schedule.cancel(key)
          model.delete(key)
        } else {
          const taken = schedule.takeDue(due)
          const earliest = Math.min(...model.values())
          if (earliest > due) equal(taken, undefined)
          else {
            equal(model.get(taken ?? ''), earliest)
            model.delete(taken ?? '')
          }
        }
        equal(schedule.size, model.size)
        equal(schedule.nextDue(), model.size === 0 ? undefined : Math.min(...model.values()))
      }
    }),
  )
})
