/** Calls to a worker thread and back. Each request has one reply; they may come in another order. */
import type { MessagePort, Transferable, Worker } from 'node:worker_threads'
import { ControlError, ERRORS, type ErrorCode, isControlError } from '@muster/base/errors.ts'

/** An error as it crosses between threads, which keep neither classes nor own fields of errors. */
interface CarriedError {
  readonly code: ErrorCode
  readonly message: string
}

interface Asked<Request> {
  readonly call: number
  readonly request: Request
}

type Replied<Answer> = { readonly call: number } & ({ readonly answer: Answer } | { readonly error: CarriedError })

/** What a worker gives back: the answer, what to move rather than copy, and what to do once nobody waits. */
export interface Served<Answer> {
  readonly answer: Answer
  readonly transfer?: readonly Transferable[]
  readonly afterwards?: () => void
}

/** A worker thread, as the one who asks sees it. */
export interface Caller<Request, Answer> {
  call(request: Request, transfer?: readonly Transferable[]): Promise<Answer>
  /** Ends the thread; calls under way reject. */
  end(): Promise<void>
}

interface Pending<Answer> {
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: ControlError) => void
}

/** The calling side. When the worker dies, all calls under way reject, and those after. */
export function caller<Request, Answer>(worker: Worker): Caller<Request, Answer> {
  const pending = new Map<number, Pending<Answer>>()
  let calls = 0
  let dead: ControlError | undefined

  const die = (why: string) => {
    dead ??= new ControlError('Internal', why)
    for (const { reject } of pending.values()) reject(dead)
    pending.clear()
  }
  worker.on('message', (reply: Replied<Answer>) => {
    const call = pending.get(reply.call)
    pending.delete(reply.call)
    // A store that nobody closes must not keep a program alive, except while it is asked something.
    if (pending.size === 0) worker.unref()
    if ('answer' in reply) call?.resolve(reply.answer)
    else call?.reject(new ControlError(reply.error.code, reply.error.message))
  })
  worker.on('error', (error) => die(`a thread of the store died: ${error.message}`))
  worker.on('exit', () => die('a thread of the store has ended'))
  worker.unref()

  return {
    call: (request, transfer = []) =>
      new Promise((resolve, reject) => {
        if (dead) return reject(dead)
        const call = calls++
        if (pending.size === 0) worker.ref()
        pending.set(call, { resolve, reject })
        const asked: Asked<Request> = { call, request }
        worker.postMessage(asked, transfer)
      }),
    async end() {
      await worker.terminate()
    },
  }
}

/** The answering side. What `serve` does before its first await is done in the order of the requests. */
export function answer<Request, Answer>(port: MessagePort, serve: (request: Request) => Promise<Served<Answer>>): void {
  port.on('message', async ({ call, request }: Asked<Request>) => {
    try {
      const { answer, transfer = [], afterwards } = await serve(request)
      port.postMessage({ call, answer }, transfer)
      afterwards?.()
    } catch (error) {
      port.postMessage({ call, error: carried(error) })
    }
  })
}

/** SQLite's code for "database or disk is full". */
const SQLITE_FULL = 13

function carried(error: unknown): CarriedError {
  if (isControlError(error) && error.code in ERRORS) return { code: error.code, message: error.message }
  const message = error instanceof Error ? error.message : String(error)
  const full = error instanceof Error && 'errcode' in error && error.errcode === SQLITE_FULL
  return { code: full ? 'StorageFull' : 'Internal', message }
}
