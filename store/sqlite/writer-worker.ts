/** The thread that makes commits durable. It does nothing else that takes long. */
import { setImmediate } from 'node:timers/promises'
import { parentPort } from 'node:worker_threads'
import { assert, ControlError } from '@muster/base/errors.ts'
import { encodeFrame } from '../codec.ts'
import { loose } from '../record.ts'
import { answer, type Served } from './calls.ts'
import type { WriterAnswer, WriterRequest } from './messages.ts'
import { Segment } from './segment.ts'
import { Tape } from './tape.ts'

let present: Segment | undefined
let next: Segment | undefined
/** Folding the log in has failed: what SQLite still holds is in doubt. */
let broken: unknown

const DONE = { answer: { did: 'done' } } as const

async function serve(request: WriterRequest): Promise<Served<WriterAnswer>> {
  switch (request.do) {
    case 'resume': {
      present = new Segment(await Tape.write(request.path, setImmediate))
      present.walk()
      return { answer: { did: 'part', end: present.end, capacity: present.tape.capacity } }
    }
    case 'adopt': {
      next = new Segment(await Tape.write(request.path, setImmediate))
      return { answer: { did: 'part', end: 0, capacity: next.tape.capacity } }
    }
    case 'rotate': {
      assert(next, 'a part was adopted before it is gone on with')
      present?.tape.seal()
      present = next
      next = undefined
      return { answer: { did: 'part', end: present.end, capacity: present.tape.capacity } }
    }
    case 'append':
      if (broken) throw new ControlError('Internal', 'the write-ahead log could not be folded in', broken)
      open().append(Buffer.from(request.frame, 0, request.length))
      return { ...DONE, afterwards: tidyUp }
    case 'read': {
      const frame = encodeFrame(open().versions(request.revisions).map(loose))
      return { answer: { did: 'read', frame }, transfer: [frame.buffer] }
    }
    case 'close':
      present?.tape.close()
      next?.tape.close()
      return DONE
    default:
      return request satisfies never
  }
}

function open(): Segment {
  assert(present, 'a part is open before it is used')
  return present
}

function tidyUp(): void {
  try {
    present?.tape.tidyUp()
  } catch (error) {
    broken = error
  }
}

assert(parentPort, 'the writer runs as a worker thread')
answer(parentPort, serve)
