/**
 * A process of our own code that answers calls: load that must not share a thread with what it loads, and stores that
 * are to be killed. Both ends are this repository at one version, so messages are typed and not checked.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { ControlError } from '@muster/base/errors.ts'
import { onEnd } from './cleanup.ts'

/** The calls that a child answers, by name; each takes one value that the structured clone algorithm can carry. */
export type Calls = Readonly<Record<string, (job: never) => Promise<unknown>>>

/** A running child process, seen from its parent. */
export interface Child<Served extends Calls> extends AsyncDisposable {
  readonly pid: number
  /** Throws Internal with the child's own message when the call failed, Unavailable when the child has ended. */
  call<Name extends keyof Served & string>(
    name: Name,
    job: Parameters<Served[Name]>[0],
  ): Promise<Awaited<ReturnType<Served[Name]>>>
  /** SIGKILL, and waits until the process is gone. */
  kill(): Promise<void>
}

/** Longer than any call of a full run takes on a slow machine: a child that hangs ends the run with a reason. */
const CALL_MS_MAX = 10 * 60_000

interface Question {
  readonly id: number
  readonly name: string
  readonly job: never
}

interface Pending<Value> {
  readonly resolve: (value: Value) => void
  readonly reject: (error: unknown) => void
  readonly timer: NodeJS.Timeout
}

interface Answer<Value> {
  readonly id: number
  readonly error?: string
  readonly value: Value
}

/** Starts a module that calls {@link serveParent}. Disposing kills it. */
export function startChild<Served extends Calls>(module: URL): Child<Served> {
  type Value = Awaited<ReturnType<Served[keyof Served & string]>>
  const child = fork(module, { serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const pending = new Map<number, Pending<Value>>()
  let calls = 0
  let ended = false
  const forget = onEnd(() => child.kill('SIGKILL'))
  child.on('message', ({ id, error, value }: Answer<Value>) => {
    const call = pending.get(id)
    pending.delete(id)
    clearTimeout(call?.timer)
    if (error === undefined) call?.resolve(value)
    else call?.reject(new ControlError('Internal', error))
  })
  child.once('exit', (code, signal) => {
    ended = true
    forget()
    const gone = new ControlError('Unavailable', `the child process ended (${signal ?? code})`)
    for (const { reject, timer } of pending.values()) {
      clearTimeout(timer)
      reject(gone)
    }
    pending.clear()
  })
  const kill = async () => {
    if (ended) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }
  return {
    pid: child.pid ?? 0,
    call: (name, job) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(new ControlError('Unavailable', 'the child process has ended'))
        const id = ++calls
        const timer = setTimeout(() => {
          pending.delete(id)
          reject(new ControlError('Timeout', `the child process did not answer ${name} in time`))
        }, CALL_MS_MAX)
        pending.set(id, { resolve, reject, timer })
        child.send({ id, name, job }, (error) => {
          if (error === null || !pending.delete(id)) return
          clearTimeout(timer)
          reject(error)
        })
      }),
    kill,
    [Symbol.asyncDispose]: kill,
  }
}

/** Answers the parent's calls until the parent goes away. */
export function serveParent(calls: Calls): void {
  const send = (answer: object) => process.send?.(answer)
  process.on('message', async ({ id, name, job }: Question) => {
    try {
      const call = calls[name]
      if (call === undefined) throw new ControlError('NotFound', `no call is named ${name}`)
      send({ id, value: await call(job) })
    } catch (error) {
      send({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  })
  process.once('disconnect', () => process.exit())
}
