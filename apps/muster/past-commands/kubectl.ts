/**
 * The way to the server: the reader's own kubectl. So every kubeconfig, context and login works here as it does there,
 * and no credential passes through our hands.
 */
import { spawn } from 'node:child_process'
import type { ControlError } from '@muster/base/errors.ts'
import type { PageCode } from '../explain/pages.ts'
import { same, text } from '../terminal/language.ts'
import { trouble } from '../trouble.ts'

/** Flags that are kubectl's, and are handed on to it: `--context`, `--kubeconfig`, `--as`. */
export type KubectlFlags = readonly string[]

/** Asks a server. */
export interface Kubectl {
  /** Runs kubectl, and answers what it prints. Throws with a page for whatever goes wrong. */
  run(words: readonly string[], input?: string): Promise<string>
  /** GET of a path, as JSON. */
  get(path: string): Promise<unknown>
  /** POST to a path, as JSON. */
  post(path: string, body: unknown): Promise<unknown>
}

/** The kubectl of this machine. */
export function kubectlOf(env: NodeJS.ProcessEnv, flags: KubectlFlags): Kubectl {
  const program = env.KUBECTL || 'kubectl'
  const run = async (words: readonly string[], input = '') => {
    const { out, err, exit } = await spawned(program, [...flags, ...words], input, env)
    if (exit === 0) return out
    throw told(err.trim() || `${program} ended with ${exit}`)
  }
  return {
    run,
    get: async (path) => JSON.parse(await run(['get', '--raw', path])),
    post: async (path, body) => JSON.parse(await run(['create', '--raw', path, '-f', '-'], JSON.stringify(body))),
  }
}

function spawned(program: string, words: readonly string[], input: string, env: NodeJS.ProcessEnv) {
  return new Promise<{ out: string; err: string; exit: number | null }>((resolve, reject) => {
    const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'pipe'], env })
    const said = { out: '', err: '' }
    child.stdout.setEncoding('utf8').on('data', (words: string) => {
      said.out += words
    })
    child.stderr.setEncoding('utf8').on('data', (words: string) => {
      said.err += words
    })
    child.once('error', (cause) =>
      reject(
        trouble(
          'MUS0307',
          {
            what: text(`${program} cannot be run`, `无法运行 ${program}`),
            why: same(cause.message),
            next: ['kubectl version'],
          },
          cause,
        ),
      ),
    )
    // It may end before it has read all.
    child.stdin.on('error', () => {})
    child.once('close', (exit) => resolve({ ...said, exit }))
    child.stdin.end(input)
  })
}

const PAGES: Readonly<Record<string, PageCode>> = {
  Forbidden: 'MUS0302',
  Unauthorized: 'MUS0301',
  NotFound: 'MUS0305',
  Expired: 'MUS0306',
  Gone: 'MUS0306',
  Conflict: 'MUS0202',
  MethodNotAllowed: 'MUS0303',
  BadRequest: 'MUS0206',
  Invalid: 'MUS0206',
}

/** What kubectl says, as an error of ours. Source of its words: kubectl pkg/cmd/util StandardErrorMessage. */
function told(said: string): ControlError {
  const [, reason = '', message = said] = /^Error from server(?: \((\w+)\))?: ([\s\S]*)$/.exec(said) ?? []
  if (reason === 'NotFound' && /could not find the requested resource|404 page not found/.test(message)) {
    return noHistory()
  }
  // Of what is invalid it prints the causes, and not that the server said so.
  const isRefused = reason !== '' || /^The .* is invalid/.test(said)
  const page = PAGES[reason] ?? (isRefused ? 'MUS0206' : 'MUS0307')
  const [first = '', ...more] = message.replace(/^error: /i, '').split('\n')
  return trouble(page, {
    what: same(first),
    ...(more.length > 0 ? { why: same(more.join(' ').trim()) } : {}),
    next: page === 'MUS0302' ? ['kubectl auth can-i --list'] : ['kubectl config current-context'],
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
