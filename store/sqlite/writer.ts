/** One writer thread, as the thread that commits sees it. */
import { MessageChannel, Worker } from 'node:worker_threads'
import type { Clock } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import { caller } from './calls.ts'
import { FrameSender, frameMemory } from './frame-channel.ts'
import type { WriterAnswer, WriterRequest, WriterStart } from './messages.ts'

/** A thread that has one part at a time: frames go through shared memory, everything else is a call. */
export interface Writer {
  readonly frames: FrameSender
  call(request: WriterRequest): Promise<WriterAnswer>
  /** Ends the thread; calls under way reject. */
  end(): Promise<void>
}

/** Starts a thread that has no part yet. */
export function startWriter(program: URL, clock: Clock): Writer {
  const memory = frameMemory()
  const { port1: mine, port2: port } = new MessageChannel()
  const frames = new FrameSender(memory, mine, clock)
  const start: WriterStart = { memory, port }
  const worker = new Worker(program, { workerData: start, transferList: [port] })
  worker.on('exit', () => frames.fail(new ControlError('Internal', 'a writer thread has ended')))
  return { frames, ...caller<WriterRequest, WriterAnswer>(worker) }
}
