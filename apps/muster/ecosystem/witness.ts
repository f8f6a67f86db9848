/** Programs that keep account of what they wrote and saw, while their server is killed and restarted under them. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { buildGo, type GoProgram } from './build.ts'
import type { Check, CheckDeps, Finding } from './finding.ts'
import { CLIENT_GO, CONTROLLER_RUNTIME } from './programs.ts'
import { type Restartable, startRestartable } from './restartable.ts'

/** Client-go: three kinds of informers, apply, and two candidates for a Lease. */
export const clientGoCheck: Check = {
  name: 'client-go',
  run: (deps) =>
    runWitness(deps, CLIENT_GO, {
      did: 'typed (protobuf), dynamic and metadata informers with WatchList, server-side apply, election over a Lease',
      count: 400,
      flags: (kubeconfig, count) => ['--kubeconfig', kubeconfig, '--objects', String(count)],
    }),
}

/** Controller-runtime: a controller over a kind of its own. */
export const controllerRuntimeCheck: Check = {
  name: 'controller-runtime',
  run: (deps) =>
    runWitness(deps, CONTROLLER_RUNTIME, {
      did: 'a controller over its own CRD: owner references, finalizer, status, protobuf for built-in kinds',
      count: 60,
      flags: (kubeconfig, count) => ['--way-in', kubeconfig, '--brews', String(count)],
    }),
}

interface Part {
  readonly did: string
  /** How many objects it takes through their lives. */
  readonly count: number
  readonly flags: (kubeconfig: string, count: number) => readonly string[]
}

/** What is kept of what it says on standard error, in characters. */
const LAST_WORDS_MAX = 2_000

async function runWitness(deps: CheckDeps, program: GoProgram, part: Part): Promise<readonly Finding[]> {
  const { path, version } = await buildGo(program, deps.say)
  const server = await startRestartable(join(deps.folder, program.name))
  const { client, did } = { client: program.name, did: `${part.did}; through two kills and a clean restart` }
  try {
    const child = spawn(path, part.flags(server.kubeconfig, part.count), { stdio: ['ignore', 'pipe', 'pipe'] })
    const closed = once(child, 'close')
    let lastWords = ''
    child.stderr.setEncoding('utf8').on('data', (words: string) => {
      lastWords = (lastWords + words).slice(-LAST_WORDS_MAX)
    })
    let result = '{}'
    const interruptions: Promise<number | undefined>[] = []
    const notBack: string[] = []
    const due = interruptionsOf(server, part.count)
    for await (const line of createInterface({ input: child.stdout })) {
      const [, progress] = /^progress (\d+)$/.exec(line) ?? []
      if (progress === undefined) result = line
      const interrupt = due.get(Number(progress))
      if (!interrupt) continue
      const back = interrupt().catch((error: unknown) => {
        notBack.push(String(error))
        child.kill()
        return undefined
      })
      interruptions.push(back)
    }
    await closed
    const awayMs = await Promise.all(interruptions)
    const { troubles, ...figures } = JSON.parse(result) as Record<string, unknown>
    return [
      {
        client,
        version,
        did,
        figures: sayFigures(figures, awayMs),
        troubles: notBack.length > 0 ? notBack : collect(troubles, child.exitCode, lastWords),
      },
    ]
  } finally {
    await server.stop()
  }
}

/** A quarter of the way it is killed, half way it is stopped, and later killed again. */
const interruptionsOf = (server: Restartable, count: number): ReadonlyMap<number, () => Promise<number>> =>
  new Map([
    [Math.floor(count / 4), server.killAndStart],
    [Math.floor(count / 2), server.stopAndStart],
    [Math.floor((count * 3) / 4), server.killAndStart],
  ])

const sayFigures = (figures: Readonly<Record<string, unknown>>, awayMs: readonly (number | undefined)[]): string =>
  [
    ...Object.entries(figures).map(([name, value]) => `${name} ${value}`),
    `server away for ${awayMs.join(', ')} ms`,
  ].join(', ')

function collect(troubles: unknown, exitCode: number | null, lastWords: string): readonly string[] {
  const listed = Array.isArray(troubles) ? troubles.map(String) : []
  return exitCode === 0 || listed.length > 0 ? listed : [`it ended with ${exitCode}: ${lastWords}`]
}
