import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { type Duration, seconds } from '@muster/base/clock.ts'
import fc from 'fast-check'
import { Liveness, type LivenessSettings, STALL_FACTOR } from './liveness.ts'

const SETTINGS: LivenessSettings = { unstableAfter: seconds(13), silentAfter: seconds(40), sweepEvery: seconds(1) }

/** Sweeps every second, as an observer does that is not held up. */
function watchUntil(liveness: Liveness, from: number, to: number) {
  const seen: string[] = []
  for (let at = from; at <= to; at++)
    for (const { name, from: was, to: is } of liveness.sweep(seconds(at))) seen.push(`${at}: ${name} ${was} → ${is}`)
  return seen
}

test('who goes quiet is unstable, then silent, and live again with one beat', () => {
  const liveness = new Liveness(SETTINGS, seconds(0))
  liveness.add('a', seconds(0))
  equal(liveness.healthOf('a'), 'unstable')
  equal(liveness.beat('a', seconds(5))?.to, 'live')
  equal(liveness.beat('a', seconds(6)), undefined)
  deepEqual(watchUntil(liveness, 1, 60), ['19: a live → unstable', '46: a unstable → silent'])
  deepEqual(liveness.beat('a', seconds(61)), { name: 'a', from: 'silent', to: 'live', lastSeen: seconds(61) })
  liveness.remove('a')
  equal(liveness.healthOf('a'), undefined)
  deepEqual(watchUntil(liveness, 61, 200), [])
})

test('one that was never heard of is silent after the whole time, counted from when it became known', () => {
  const liveness = new Liveness(SETTINGS, seconds(0))
  liveness.add('a', seconds(10))
  deepEqual(watchUntil(liveness, 1, 60), ['50: a unstable → silent'])
})

test('an observer that stood still for ten minutes declares nobody silent for it', () => {
  const liveness = new Liveness(SETTINGS, seconds(0))
  for (const name of ['a', 'b']) {
    liveness.add(name, seconds(0))
    liveness.beat(name, seconds(0))
  }
  deepEqual(watchUntil(liveness, 1, 5), [])
  deepEqual(liveness.sweep(seconds(605)), [])
  liveness.beat('a', seconds(606))
  // b counts as quiet for 6 s at the late look: the 5 before it, and the one that a look may take.
  deepEqual(
    watchUntil(liveness, 606, 700).filter((line) => line.includes('silent')),
    ['639: b unstable → silent', '646: a unstable → silent'],
  )
})

test('whatever comes and goes: nobody who beats is silent, and whoever stops is, in time', () => {
  const act = fc.record({
    act: fc.constantFrom('add', 'beat', 'remove', 'wait', 'stall'),
    name: fc.constantFrom('a', 'b', 'c', 'd'),
    length: fc.integer({ min: 1, max: 30 }),
  })
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const liveness = new Liveness(SETTINGS, seconds(0))
      const lastSeen = new Map<string, number>()
      let [now, lost] = [0, 0]
      const sweep = () => {
        for (const { name, to } of liveness.sweep(seconds(now))) {
          const quiet = now - (lastSeen.get(name) ?? Number.NaN)
          if (to === 'silent') ok(quiet >= 40, `${name} is silent after ${quiet} s`)
        }
        for (const [name, at] of lastSeen) {
          // Time in which the observer stood still is nobody's fault.
          const quiet = now - at - lost
          if (quiet >= 40) equal(liveness.healthOf(name), 'silent', `${name} quiet for ${quiet} s`)
        }
        equal(liveness.size, lastSeen.size)
      }
      for (const { act: what, name, length } of acts)
        switch (what) {
          case 'add':
            if (!lastSeen.has(name)) lastSeen.set(name, now)
            liveness.add(name, seconds(now))
            break
          case 'beat':
            if (lastSeen.has(name)) lastSeen.set(name, now)
            liveness.beat(name, seconds(now))
            if (lastSeen.has(name)) equal(liveness.healthOf(name), 'live')
            break
          case 'remove':
            lastSeen.delete(name)
            liveness.remove(name)
            break
          case 'wait':
            for (let second = 0; second < length; second++) {
              now++
              sweep()
            }
            break
          default:
            now += length
            if (length > STALL_FACTOR) lost += length
            sweep()
        }
    }),
  )
})

test('a hundred thousand are kept, forgotten and kept again in the same places', () => {
  const liveness = new Liveness(SETTINGS, 0 as Duration)
  const names = Array.from({ length: 100_000 }, (_, at) => `node-${at}`)
  for (let round = 0; round < 2; round++) {
    for (const name of names) liveness.add(name, seconds(round))
    equal(liveness.size, names.length)
    for (const name of names) if (round === 0) liveness.remove(name)
  }
  for (const name of names) liveness.beat(name, seconds(5))
  equal(liveness.sweep(seconds(1)).length, 0)
  for (let at = 2; at < 45; at++) liveness.sweep(seconds(at))
  equal(liveness.sweep(seconds(45)).length, names.length)
})
