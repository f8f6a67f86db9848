/**
 * Where a process spends its time: a profile of its main thread, taken over Node's inspector while it works, and added up
 * by function and by file.
 *
 * A sample stands for the time until the next one, but for no more than a few of them: what is longer is time in which
 * others had the processor.
 */
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { assert, ControlError } from '@muster/base/errors.ts'

/** What the inspector answers. Source: Chrome DevTools Protocol, Profiler.Profile. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[]
  /** Ids of nodes, one for each sample. */
  readonly samples: readonly number[]
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[]
}

interface ProfileNode {
  readonly id: number
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  readonly children?: readonly number[]
}

/** A share of the time, in microseconds: spent there itself, and there with all that was called from there. */
export interface Share {
  readonly name: string
  readonly selfMicroseconds: number
  readonly wholeMicroseconds: number
}

/** Takes profiles of a process that was started with {@link nodeOptions}. Disposing lets go of it. */
export interface Profiler extends Disposable {
  start(): Promise<void>
  stop(): Promise<CpuProfile>
}

const SAMPLE_EVERY_MICROSECONDS = 400

/** What NODE_OPTIONS must say. */
export const nodeOptions = (port: number): string => `--inspect=127.0.0.1:${port}`

/** A port that nobody listens on just now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert(address !== null && typeof address === 'object', 'a TCP server has a port')
  server.close()
  await once(server, 'close')
  return address.port
}

/** Connects to the inspector at a port. Throws Unavailable when there is none, or when it refuses. */
export async function connectProfiler(port: number): Promise<Profiler> {
  const found: unknown = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()
  const [target] = found as readonly { readonly webSocketDebuggerUrl: string }[]
  assert(target, 'a process that is inspected has a target')
  const socket = new WebSocket(target.webSocketDebuggerUrl)
  await once(socket, 'open')
  const waiting = new Map<number, PromiseWithResolvers<{ readonly profile?: CpuProfile }>>()
  socket.addEventListener('message', ({ data }) => {
    const { id, result, error } = JSON.parse(String(data))
    const asked = waiting.get(id)
    waiting.delete(id)
    if (error) asked?.reject(new ControlError('Unavailable', `the inspector refuses: ${error.message}`))
    else asked?.resolve(result)
  })
  let asked = 0
  const ask = (method: string, params = {}) => {
    const answer = Promise.withResolvers<{ readonly profile?: CpuProfile }>()
    waiting.set(++asked, answer)
    socket.send(JSON.stringify({ id: asked, method, params }))
    return answer.promise
  }
  await ask('Profiler.enable')
  await ask('Profiler.setSamplingInterval', { interval: SAMPLE_EVERY_MICROSECONDS })
  return {
    async start() {
      await ask('Profiler.start')
    },
    async stop() {
      const { profile } = await ask('Profiler.stop')
      assert(profile, 'the inspector answers a stop with a profile')
      return profile
    },
    [Symbol.dispose]: () => socket.close(),
  }
}

/** Adds up a profile by what `nameOf` calls each place of the code; undefined for what is not to be counted. */
export function sharesOf(profile: CpuProfile, nameOf: (place: Place) => string | undefined): readonly Share[] {
  const parents = new Map(profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])))
  const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, nameOf(placeOf(callFrame))]))
  const self = new Map<string, number>()
  const whole = new Map<string, number>()
  const add = (to: Map<string, number>, name: string, time: number) => to.set(name, (to.get(name) ?? 0) + time)
  for (const [at, id] of profile.samples.entries()) {
    const time = Math.min(profile.timeDeltas[at + 1] ?? 0, 3 * SAMPLE_EVERY_MICROSECONDS)
    const own = names.get(id)
    if (own === undefined) continue
    add(self, own, time)
    const above = new Set<string>()
    for (let node: number | undefined = id; node !== undefined; node = parents.get(node)) {
      const name = names.get(node)
      if (name !== undefined) above.add(name)
    }
    for (const name of above) add(whole, name, time)
  }
  return [...whole]
    .map(([name, time]) => ({ name, selfMicroseconds: self.get(name) ?? 0, wholeMicroseconds: time }))
    .sort((one, other) => other.selfMicroseconds - one.selfMicroseconds)
}

/** A place in the code. */
export interface Place {
  readonly function: string
  /** From the root of the house; `node:…` for Node's own; empty for what is no JavaScript. */
  readonly file: string
  readonly line: number
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

function placeOf({ functionName, url, lineNumber }: ProfileNode['callFrame']): Place {
  const path = url.startsWith('file:') ? fileURLToPath(url) : url
  return { function: functionName, file: path.replace(ROOT, ''), line: lineNumber + 1 }
}
