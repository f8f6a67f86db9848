/** A thread that makes commits durable. What takes long, it does before its part is written and after that. */
import { setImmediate } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { assert, ControlError } from '@muster/base/errors.ts'
import { systemClock } from '@muster/base/system.ts'
import { encodeFrame } from '../codec.ts'
import { loose } from '../record.ts'
import { answer, type Served } from './calls.ts'
import { receiveFrames } from './frame-channel.ts'
import type { WriterAnswer, WriterRequest, WriterStart } from './messages.ts'
import { PartIndex, transferOf } from './part-index.ts'
import { Segment } from './segment.ts'
import { Tape } from './tape.ts'

/** The part that this writer has, if any. */
let present: Segment | undefined
/** Why the last frame was not made durable. */
let failure: unknown
/** Folding the log in has failed: what SQLite still holds is in doubt, and nothing is written any more. */
let broken = false

const DONE = { answer: { did: 'done' } } as const

async function serve(request: WriterRequest): Promise<Served<WriterAnswer>> {
  switch (request.do) {
    case 'take': {
      const { path, index } = request
      present = new Segment(await Tape.write(path, setImmediate), index && PartIndex.from(index))
      return { answer: { did: 'take', end: present.index.end, capacity: present.tape.capacity } }
    }
    case 'seal': {
      open().tape.seal()
      const index = open().index.contents()
      present = undefined
      return { answer: { did: 'index', index }, transfer: transferOf(index) }
    }
    case 'explain':
      throw failure
    case 'read': {
      const frame = encodeFrame(open().versions(request.revisions).map(loose))
      return { answer: { did: 'read', frame }, transfer: [frame.buffer] }
    }
    case 'close':
      present?.tape.close()
      return DONE
    default:
      return request satisfies never
  }
}

function open(): Segment {
  assert(present, 'a writer has a part before it is asked for anything else')
  return present
}

function append(frame: Buffer): boolean {
  if (broken) return false
  try {
    open().append(frame)
    return true
  } catch (error) {
    failure = error
    return false
  }
}

function tidyUp(): void {
  try {
    present?.tape.tidyUp()
  } catch (error) {
    failure = new ControlError('Internal', 'the write-ahead log could not be folded in', error)
    broken = true
  }
}

assert(parentPort, 'the writer runs as a worker thread')
const { memory, port }: WriterStart = workerData
answer(parentPort, serve)
receiveFrames(memory, port, { clock: systemClock, append, tidyUp })
