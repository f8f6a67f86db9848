/**
 * Frames on their way to the writer thread, and word back, through shared memory.
 *
 * Waking a thread that sleeps costs a few hundred microseconds on a virtual machine: more than the flush that it is woken
 * for. So while many commits are under way, neither side sleeps: the writer looks for the next frame for a moment
 * before it goes to sleep, and the main thread looks for the answer between its other work. A lone commit wakes the
 * writer by a message, as ever (docs/adr/0003 has the figures).
 *
 *     main     encode A ─► REQUEST 1 ─► encode B ─► REQUEST 2 ─► look, do other work, look ...
 *                              │                        │              ▲ REPLY 1       ▲ REPLY 2
 *     writer      ... look ────┴─► append A, flush ─────┴──────────────┴─► append B, flush, look ...
 */
import { setImmediate } from 'node:timers/promises'
import type { MessagePort } from 'node:worker_threads'
import { type Clock, type Duration, milliseconds } from '@muster/base/clock.ts'
import type { ControlError } from '@muster/base/errors.ts'

/** The larger of: a full group, and one commit at all its limits with the state before it. */
const FRAME_BYTES_MAX = 8 * 1024 * 1024

// Places in the shared words.
const REQUEST = 0
const REPLY = 1
/** Whether the writer sleeps, and whether the main thread does: who sleeps is woken by a message. */
const WRITER_SLEEPS = 2
const MAIN_SLEEPS = 3
/** The first frame that could not be written, or 0. No frame that follows it is written. */
const FAILED_FROM = 4
/** For each slot: the length of its frame, and how many commits are in it. */
const LENGTH = 5
const COMMITS = 7
const WORDS = 9

/** Two frames may be under way. */
const SLOTS = 2

/** From this many commits in a group on, others wait too, and looking beats sleeping. */
const BUSY_COMMITS = 8

/** The main thread looks this long, then sleeps: the usual flush. */
const LOOK_FOR_REPLY: Duration = milliseconds(3)
/**
 * The writer looks this long, then sleeps: what answering one group and drafting the next takes where that is all there
 * is to do. Below an API server more is done for each write, and to look for all that time took a tenth of a create.
 */
const LOOK_FOR_REQUEST: Duration = milliseconds(0.3)

/** A writer that is kept busy gives way after this long to who asks it for a version of the past. */
const TURN: Duration = milliseconds(2)

/** The memory that both sides share. */
export interface FrameMemory {
  readonly words: Int32Array<SharedArrayBuffer>
  readonly frames: SharedArrayBuffer
}

/** Memory for two frames, and the words about them. */
export const frameMemory = (): FrameMemory => ({
  words: new Int32Array(new SharedArrayBuffer(WORDS * 4)),
  frames: new SharedArrayBuffer(SLOTS * FRAME_BYTES_MAX),
})

const slotOf = (frames: SharedArrayBuffer, request: number): Buffer =>
  Buffer.from(frames, (request % SLOTS) * FRAME_BYTES_MAX, FRAME_BYTES_MAX)

/** The main thread's side. At most two frames are under way. */
export class FrameSender {
  readonly #memory: FrameMemory
  readonly #port: MessagePort
  readonly #clock: Clock
  #sleepers: (() => void)[] = []
  #error: ControlError | undefined

  constructor(memory: FrameMemory, port: MessagePort, clock: Clock) {
    this.#memory = memory
    this.#port = port
    this.#clock = clock
    port.on('message', () => this.#wakeUp())
    port.unref()
  }

  /** Where the next frame is to be encoded. */
  get frame(): Buffer {
    const { words, frames } = this.#memory
    return slotOf(frames, (words[REQUEST] ?? 0) + 1)
  }

  /**
   * Resolves when the frame is durable: true; or when it was not made so, for a reason that the writer keeps: false.
   * One that does not follow another is tried also when the one before has failed.
   */
  async send(length: number, { commits, follows }: { commits: number; follows: boolean }): Promise<boolean> {
    const { words } = this.#memory
    const request = Atomics.load(words, REQUEST) + 1
    if (!follows) Atomics.store(words, FAILED_FROM, 0)
    words[LENGTH + (request % SLOTS)] = length
    words[COMMITS + (request % SLOTS)] = commits
    Atomics.store(words, REQUEST, request)
    if (Atomics.load(words, WRITER_SLEEPS) === 1) this.#port.postMessage(null)
    await this.#replied(request, commits >= BUSY_COMMITS)
    const failedFrom = Atomics.load(words, FAILED_FROM)
    return failedFrom === 0 || request < failedFrom
  }

  /** The writer has died: whoever waits for it is told. */
  fail(error: ControlError): void {
    this.#error = error
    this.#wakeUp()
  }

  async #replied(request: number, busy: boolean): Promise<void> {
    const { words } = this.#memory
    const done = () => Atomics.load(words, REPLY) >= request
    const until = this.#clock.elapsed() + LOOK_FOR_REPLY
    while (busy && !done() && this.#clock.elapsed() < until) await setImmediate()
    while (!done()) {
      Atomics.store(words, MAIN_SLEEPS, 1)
      // The answer may have come between the last look and going to sleep.
      if (done()) return
      if (this.#error) throw this.#error
      this.#port.ref()
      await new Promise<void>((resolve) => this.#sleepers.push(resolve))
    }
  }

  #wakeUp(): void {
    this.#port.unref()
    const sleepers = this.#sleepers
    this.#sleepers = []
    for (const wake of sleepers) wake()
  }
}

/** What the writer does with frames. */
export interface FrameReceiver {
  readonly clock: Clock
  /** False when the frame could not be made durable. */
  append(frame: Buffer): boolean
  /** Work that is due now and then, for when nobody waits. */
  tidyUp(): void
}

/** The writer's side. */
export function receiveFrames(memory: FrameMemory, port: MessagePort, { clock, append, tidyUp }: FrameReceiver): void {
  const { words, frames } = memory
  const asked = () => Atomics.load(words, REQUEST) > Atomics.load(words, REPLY)
  let commits = 0
  let awake = false

  const serve = () => {
    const request = Atomics.load(words, REPLY) + 1
    commits = words[COMMITS + (request % SLOTS)] ?? 0
    const frame = slotOf(frames, request).subarray(0, words[LENGTH + (request % SLOTS)])
    if (Atomics.load(words, FAILED_FROM) === 0 && !append(frame)) Atomics.store(words, FAILED_FROM, request)
    Atomics.store(words, REPLY, request)
    if (Atomics.exchange(words, MAIN_SLEEPS, 0) === 1) port.postMessage(null)
    tidyUp()
  }

  const look = () => {
    const until = clock.elapsed() + LOOK_FOR_REQUEST
    while (!asked() && clock.elapsed() < until) Atomics.pause()
  }

  /** False when a frame has come between the last look and going to sleep. */
  const sleep = () => {
    Atomics.store(words, WRITER_SLEEPS, 1)
    if (!asked()) return true
    Atomics.store(words, WRITER_SLEEPS, 0)
    return false
  }

  const work = () => {
    Atomics.store(words, WRITER_SLEEPS, 0)
    for (const until = clock.elapsed() + TURN; clock.elapsed() < until; ) {
      if (asked()) serve()
      else if (commits >= BUSY_COMMITS) look()
      if (!asked() && sleep()) {
        awake = false
        return
      }
    }
    setImmediate().then(work)
  }

  // It may come late, when a look has found the frame already.
  port.on('message', () => {
    if (awake) return
    awake = true
    work()
  })
  Atomics.store(words, WRITER_SLEEPS, 1)
}
