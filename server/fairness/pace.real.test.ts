/** Requests that are answered in one go on a real thread: who asks for little does not wait behind who asks for much. */
import { ok } from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { ApiRequest } from '@muster/api/message.ts'
import { milliseconds } from '@muster/base/clock.ts'
import { seededRandom } from '@muster/base/random.ts'
import { systemClock } from '@muster/base/system.ts'
import { flowControlObjects } from '../admission/bootstrap/flow-control.ts'
import { requestInfoOf } from '../http/request-info.ts'
import { createFairness, type Fairness } from './fairness.ts'

const GREEDY_USERS = 5
const AT_ONCE = 100
/** Time of the thread for each of their requests. */
const WORK_MS = 1
/** How long the modest one thinks between two requests. */
const THINKS = milliseconds(20)

/** For how many requests of the others the modest one mostly waits: by time, and by how many of them a time holds. */
async function requestsBefore(pause?: () => Promise<void>): Promise<number> {
  const fairness = createFairness({
    clock: systemClock,
    random: seededRandom(1),
    metrics: { asked: () => ({ refused() {}, began() {}, ended() {} }) },
    amountOf: () => undefined,
    ...(pause ? { pause } : {}),
  })
  for (const object of flowControlObjects()) fairness.put('default', object)
  let isOver = false
  let answered = 0
  const began = systemClock.elapsed()
  const greedy = Array.from({ length: GREEDY_USERS * AT_ONCE }, async (_, at) => {
    while (!isOver) {
      await answer(fairness, `greedy-${at % GREEDY_USERS}`, WORK_MS)
      answered++
      await setImmediate()
    }
  })
  const waits: number[] = []
  for (let at = 0; at < 30; at++) {
    const asked = systemClock.elapsed()
    // What comes from outside is not even heard while the thread is busy: that counts too.
    await systemClock.sleep(THINKS)
    await answer(fairness, 'modest', 0)
    waits.push(systemClock.elapsed() - asked - THINKS)
  }
  const each = (systemClock.elapsed() - began) / answered
  isOver = true
  await Promise.all(greedy)
  return (waits.sort((a, b) => a - b)[15] ?? Number.NaN) / each
}

async function answer(fairness: Fairness, username: string, workMs: number): Promise<void> {
  const request: ApiRequest = {
    method: 'GET',
    path: '/api/v1/pods',
    query: new URLSearchParams(),
    headers: {},
    body: new Uint8Array(0),
    signal: new AbortController().signal,
  }
  const info = requestInfoOf(request)
  ok(info)
  const outcome = await fairness.ask({ request, info, user: { username, groups: ['system:authenticated'] } })
  ok(outcome.turn === 'given')
  for (const until = systemClock.elapsed() + workMs; systemClock.elapsed() < until; );
  outcome.leave()
}

test('a modest user waits for some requests, not for all that came before his', { timeout: 60_000 }, async () => {
  const before = await requestsBefore(() => setImmediate())
  console.log(`${before.toFixed(0)} requests go before, of ${GREEDY_USERS * AT_ONCE} that wait`)
  ok(before < (GREEDY_USERS * AT_ONCE) / 2)
})
