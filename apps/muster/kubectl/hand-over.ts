/** Runs the reader's own kubectl in place of this command: same words, same streams, same exit code. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homeDirectory, placeOf } from '../control-plane/place.ts'
import type { ExitCode } from '../exit-codes.ts'
import { same, text } from '../terminal/language.ts'
import { type Terminal, type World, wordAfter } from '../terminal/terminal.ts'
import { trouble } from '../trouble.ts'

/** What of the world decides which kubeconfig is meant. */
type Asked = Pick<World, 'env' | 'argv' | 'isPlugin'>

/**
 * The environment of kubectl: with the kubeconfig of our control plane, unless KUBECONFIG names one or kubectl itself
 * has called us. A kubeconfig in the words wins over both, as kubectl has it.
 */
export function kubectlEnv({ env, argv, isPlugin }: Asked): NodeJS.ProcessEnv {
  if (isPlugin) return { ...env }
  const home = wordAfter('--home', argv)
  const name = wordAfter('--name', argv)
  const { kubeconfig } = placeOf(homeDirectory(env, home), name)
  const isNamed = home !== undefined || name !== undefined
  if ((env.KUBECONFIG && !isNamed) || !existsSync(kubeconfig)) return { ...env }
  return { ...env, KUBECONFIG: kubeconfig }
}

/** Runs it to its end. Throws MUS0110 when there is no kubectl. */
export function handOver(terminal: Terminal, world: Asked, words: readonly string[]): Promise<ExitCode> {
  const program = world.env.KUBECTL || 'kubectl'
  const before = world.argv.slice(0, world.argv.length - words.length)
  const env = kubectlEnv({ ...world, argv: before })
  // It ends by the same signals as we do, and says so: meanwhile we only wait.
  const ignore = () => {}
  for (const signal of SIGNALS) process.on(signal, ignore)
  return new Promise<ExitCode>((resolve, reject) => {
    const child = spawn(program, words, { stdio: 'inherit', env })
    // A terminal sends Ctrl-C to both of us; a polite kill comes to us alone.
    const pass = () => child.kill('SIGTERM')
    process.on('SIGTERM', pass)
    child.once('error', (cause) => reject(noKubectl(terminal, program, words, cause)))
    child.once('exit', (code, signal) => {
      process.off('SIGTERM', pass)
      for (const one of SIGNALS) process.off(one, ignore)
      // The codes of kubectl are its own.
      resolve((code ?? (signal === 'SIGINT' ? 130 : 1)) as ExitCode)
    })
  })
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

function noKubectl(terminal: Terminal, program: string, words: readonly string[], cause: unknown) {
  const [verb = ''] = words
  return trouble(
    'MUS0110',
    {
      what: text(
        `muster ${verb} is kubectl's ${verb}, and no ${program} was found`,
        `muster ${verb} 即 kubectl 的 ${verb}，但没有找到 ${program}`,
      ),
      why: same(cause instanceof Error ? cause.message : String(cause)),
      next: [INSTALL[process.platform] ?? 'https://kubernetes.io/docs/tasks/tools/', terminal.command('muster doctor')],
    },
    cause,
  )
}

/** How kubectl is had on each system. Source: kubernetes.io/docs/tasks/tools. */
const INSTALL: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  darwin: 'brew install kubectl',
  win32: 'winget install -e --id Kubernetes.kubectl',
  linux: 'https://kubernetes.io/docs/tasks/tools/install-kubectl-linux/',
}
