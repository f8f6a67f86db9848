/**
 * Frames on their way to the writer thread, and word back, through shared memory.
 *
 * Waking a thread that sleeps costs a few hundred microseconds on a virtual machine: more than the flush that it is woken
 * for. So while many commits are under way, neither side sleeps: the writer looks for the next frame for a moment
 * before it goes to sleep, and the main thread looks for the answer between its other work. A lone commit wakes the
 * writer by a message, as ever (docs/adr/0003 has the figures).
 *
 *     main     encode ─► REQUEST+1 ─┬─► look, do other work, look ... ─► REPLY = REQUEST
 *                          writer spins? taken : message                    │
 *     writer            ... spin ───┴─► append, flush ──────────────────────┴─► tidy up, spin ...
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
const LENGTH = 2
/** How many commits are in the frame: whether it is worth to look rather than sleep. */
const COMMITS = 3
const WRITER = 4
const MAIN = 5
const FAILED = 6
const WORDS = 8

// What the writer does, in WRITER.
const SLEEPS = 0
const SPINS = 1
const TAKEN = 2

/** From this many commits in a group on, others wait too, and looking beats sleeping. */
const BUSY_COMMITS = 8

/** Each side looks this long, then sleeps: the usual flush, and what answering one group and drafting the next takes. */
const LOOK_FOR: Duration = milliseconds(3)

/** The memory that both sides share. */
export interface FrameMemory {
  readonly words: Int32Array<SharedArrayBuffer>
  readonly frame: Uint8Array<SharedArrayBuffer>
}

export const frameMemory = (): FrameMemory => ({
  words: new Int32Array(new SharedArrayBuffer(WORDS * 4)),
  frame: new Uint8Array(new SharedArrayBuffer(FRAME_BYTES_MAX)),
})

/** The main thread's side. One frame at a time. */
export class FrameSender {
  /** Where the next frame is to be encoded. */
  readonly frame: Buffer<SharedArrayBuffer>
  readonly #words: Int32Array<SharedArrayBuffer>
  readonly #port: MessagePort
  readonly #clock: Clock
  #wake: (() => void) | undefined
  #error: ControlError | undefined

  constructor({ words, frame }: FrameMemory, port: MessagePort, clock: Clock) {
    this.#clock = clock
    this.#words = words
    this.frame = Buffer.from(frame.buffer)
    this.#port = port
    port.on('message', () => this.#wake?.())
    port.unref()
  }

  /** Resolves when the frame is durable: true; or when it could not be made so, for a reason the writer keeps: false. */
  async send(length: number, commits: number): Promise<boolean> {
    const words = this.#words
    const busy = commits >= BUSY_COMMITS
    words[LENGTH] = length
    words[COMMITS] = commits
    Atomics.store(words, MAIN, busy ? SPINS : SLEEPS)
    const request = Atomics.add(words, REQUEST, 1) + 1
    if (Atomics.compareExchange(words, WRITER, SPINS, TAKEN) !== SPINS) this.#port.postMessage(null)
    const done = () => Atomics.load(words, REPLY) === request
    const until = this.#clock.elapsed() + LOOK_FOR
    while (busy && !done() && this.#clock.elapsed() < until) await setImmediate()
    Atomics.store(words, MAIN, SLEEPS)
    this.#port.ref()
    while (!done()) {
      if (this.#error) throw this.#error
      await new Promise<void>((resolve) => {
        this.#wake = resolve
        // The answer may have come between the last look and going to sleep.
        if (done() || this.#error) resolve()
      })
    }
    this.#port.unref()
    return Atomics.load(words, FAILED) === 0
  }

  /** The writer has died: whoever waits for it is told. */
  fail(error: ControlError): void {
    this.#error = error
    this.#wake?.()
  }
}

/** The writer's side: calls `append` for each frame, and `tidyUp` when nobody waits. */
export function receiveFrames(
  { words, frame }: FrameMemory,
  port: MessagePort,
  { clock, append, tidyUp }: { clock: Clock; append: (frame: Buffer) => boolean; tidyUp: () => void },
): void {
  const bytes = Buffer.from(frame.buffer)

  const serve = () => {
    const done = append(bytes.subarray(0, words[LENGTH] ?? 0))
    Atomics.store(words, FAILED, done ? 0 : 1)
    Atomics.store(words, REPLY, Atomics.load(words, REQUEST))
    if (Atomics.load(words, MAIN) === SLEEPS) port.postMessage(null)
    tidyUp()
  }

  /** True when the next frame came while looking for it. */
  const spin = (): boolean => {
    if ((words[COMMITS] ?? 0) < BUSY_COMMITS) return false
    Atomics.store(words, WRITER, SPINS)
    const until = clock.elapsed() + LOOK_FOR
    while (Atomics.load(words, WRITER) === SPINS && clock.elapsed() < until) {
      // Looking is all.
    }
    return Atomics.exchange(words, WRITER, SLEEPS) === TAKEN
  }

  port.on('message', () => {
    do serve()
    while (spin())
  })
}
