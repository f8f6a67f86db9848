/** Kube-controller-manager, as Kubernetes ships it, with those of its controllers that a check wants. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { buildKubernetes } from './kubernetes.ts'

/** A manager at work. */
export interface KubeControllers {
  /** The last of what it logged. */
  lastWords(): string
  stop(): Promise<void>
}

/** What is kept of its log, in characters. */
const LAST_WORDS_MAX = 4_000
/** Longer than its pictures take to fill, in milliseconds: it tells nobody when it is ready. */
const READY_AFTER_MS = 3_000

/** Runs these, as the administrator, without an election: there is only one. */
export async function startKubeControllers(
  kubeconfig: string,
  names: readonly string[],
  say: (line: string) => void,
): Promise<KubeControllers> {
  const path = await buildKubernetes('kube-controller-manager', say)
  const flags = {
    kubeconfig,
    controllers: names.join(','),
    'leader-elect': false,
    'use-service-account-credentials': false,
    'secure-port': 0,
  }
  const words = Object.entries(flags).map(([name, value]) => `--${name}=${value}`)
  const child: ChildProcess = spawn(path, words, { stdio: ['ignore', 'ignore', 'pipe'] })
  let lastWords = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-LAST_WORDS_MAX)
  })
  const ended = once(child, 'exit')
  await Promise.race([ended, setTimeout(READY_AFTER_MS)])
  return {
    lastWords: () => lastWords,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}
