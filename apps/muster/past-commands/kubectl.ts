/**
 * The way to the server: the reader's own kubectl. So every kubeconfig, context and login works here as it does there,
 * and no credential passes through our hands.
 */
import { spawn } from 'node:child_process'
import { type ControlError, type ErrorCode, isControlError } from '@muster/base/errors.ts'
import { type Client, createClient } from '@muster/client/client.ts'
import type { Connection } from '@muster/client/http/connection.ts'
import type { PageCode } from '../explain/pages.ts'
import { openProxy } from '../kubectl/proxy.ts'
import { same, text } from '../terminal/language.ts'
import { hasPage, trouble } from '../trouble.ts'
import { VERSION } from '../version.ts'

/** Flags that are kubectl's, and are handed on to it: `--context`, `--kubeconfig`, `--as`. */
export type KubectlFlags = readonly string[]

/** Asks a server. Whatever goes wrong is thrown with a page. */
export interface Kubectl {
  /** Runs kubectl, and answers what it prints. */
  run(words: readonly string[]): Promise<string>
  /** GET of a path, as JSON. */
  get(path: string): Promise<unknown>
  /** POST to a path, as JSON. */
  post(path: string, body: unknown): Promise<unknown>
  delete(path: string): Promise<unknown>
  /** The server itself, for watches and for many questions; its errors have no page. It lasts until `close`. */
  connection(): Promise<Connection>
  close(): Promise<void>
}

/** The kubectl of this machine. */
export function kubectlOf(env: NodeJS.ProcessEnv, flags: KubectlFlags): Kubectl {
  const program = env.KUBECTL || 'kubectl'
  let opened: Promise<Connection> | undefined
  const connection = () => {
    opened ??= openProxy(program, flags, env).catch((error: Error) => {
      throw 'syscall' in error ? notRun(program, error) : told(error.message)
    })
    return opened
  }
  const ask = async (method: string, pathAndQuery: string, body?: unknown) => {
    const { send } = await connection()
    const client: Client = createClient({ send, userAgent: `kubectl-muster/${VERSION}` })
    const { pathname: path, searchParams } = new URL(pathAndQuery, 'http://localhost')
    try {
      return await client.call({ method, path, query: Object.fromEntries(searchParams), body })
    } catch (error) {
      throw isControlError(error) ? asTrouble(error) : error
    }
  }
  return {
    async run(words) {
      const { out, err, exit } = await spawned(program, [...flags, ...words], env)
      if (exit === 0) return out
      throw told(err.trim() || `${program} ended with ${exit}`)
    },
    get: (path) => ask('GET', path),
    post: (path, body) => ask('POST', path, body),
    delete: (path) => ask('DELETE', path),
    connection,
    async close() {
      const open = await opened?.catch(() => undefined)
      open?.close()
    },
  }
}

function spawned(program: string, words: readonly string[], env: NodeJS.ProcessEnv) {
  return new Promise<{ out: string; err: string; exit: number | null }>((resolve, reject) => {
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], env })
    const said = { out: '', err: '' }
    child.stdout.setEncoding('utf8').on('data', (words: string) => {
      said.out += words
    })
    child.stderr.setEncoding('utf8').on('data', (words: string) => {
      said.err += words
    })
    child.once('error', (cause) => reject(notRun(program, cause)))
    child.once('close', (exit) => resolve({ ...said, exit }))
  })
}

const notRun = (program: string, cause: Error): ControlError =>
  trouble(
    'MUS0307',
    {
      what: text(`${program} cannot be run`, `无法运行 ${program}`),
      why: same(cause.message),
      next: ['kubectl version'],
    },
    cause,
  )

const PAGES: Readonly<Partial<Record<ErrorCode, PageCode>>> = {
  Forbidden: 'MUS0302',
  Unauthorized: 'MUS0301',
  NotFound: 'MUS0305',
  Gone: 'MUS0306',
  Conflict: 'MUS0202',
  MethodNotAllowed: 'MUS0303',
  BadRequest: 'MUS0206',
  Invalid: 'MUS0206',
  Unavailable: 'MUS0307',
}

/** What the server says, as an error of ours, with a page; one that has a page stays as it is. */
export function asTrouble(error: ControlError): ControlError {
  if (hasPage(error)) return error
  const { code, message } = error
  if (code === 'NotFound' && /could not find the requested resource|404 page not found/.test(message)) {
    return noHistory()
  }
  const [first = '', ...more] = message.split('\n')
  const page = PAGES[code]
  if (page === undefined) return error
  return trouble(page, {
    what: same(first),
    ...(more.length > 0 ? { why: same(more.join(' ').trim()) } : {}),
    next: page === 'MUS0302' ? ['kubectl auth can-i --list'] : ['kubectl config current-context'],
  })
}

/** What kubectl says that could not ask, as an error of ours. */
const told = (said: string): ControlError => {
  const [first = '', ...more] = said.replace(/^error: /i, '').split('\n')
  return trouble('MUS0307', {
    what: same(first),
    ...(more.length > 0 ? { why: same(more.join(' ').trim()) } : {}),
    next: ['kubectl config current-context'],
  })
}

/** The server is no Muster. */
export const noHistory = (): ControlError =>
  trouble('MUS0304', {
    what: text(
      'this server keeps no history: it is a Kubernetes, and no Muster',
      '该服务器不保留历史：它是 Kubernetes，而不是 Muster',
    ),
    why: text(
      'it does not know the paths .../history, .../why and .../revert',
      '它不认识 .../history、.../why 和 .../revert 路径',
    ),
    next: ['kubectl config get-contexts', 'kubectl version'],
  })
