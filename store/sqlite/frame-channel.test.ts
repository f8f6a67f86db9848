import { ok } from 'node:assert/strict'
import { test } from 'node:test'
import { MessageChannel } from 'node:worker_threads'
import { type Clock, type Duration, instant } from '@muster/base/clock.ts'
import { FrameSender, frameMemory, receiveFrames } from './frame-channel.ts'

const FRAMES = 1_000

test('a writer that always finds another frame lets those in who ask its thread for something else', async () => {
  let milliseconds = 0
  const clock: Clock = {
    now: () => instant(0),
    // Whoever only looks at it sees it go on, too.
    elapsed: () => {
      milliseconds += 0.01
      return milliseconds as Duration
    },
    sleep: () => Promise.reject(new Error('nobody sleeps here')),
  }
  const memory = frameMemory()
  const { port1, port2 } = new MessageChannel()
  const sender = new FrameSender(memory, port1, clock)
  const send = () => sender.send(8, { commits: 64, follows: true })
  let appended = 0
  const append = () => {
    // Each frame takes a millisecond, and the next one is there before it is done.
    milliseconds++
    if (++appended < FRAMES) send()
    return true
  }
  receiveFrames(memory, port2, { clock, append, tidyUp: () => {} })
  send()
  while (appended === 0) await new Promise(setImmediate)
  ok(appended < 10, `${appended} frames were written before anybody else had a turn`)
  while (appended < FRAMES) await new Promise(setImmediate)
  port1.close()
})
