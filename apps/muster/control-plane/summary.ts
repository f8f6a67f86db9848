/** What `muster up` prints once all stands; a second `up` prints the same of the first. */
import { KUBERNETES_VERSION } from '@muster/api/kubernetes-version.ts'
import { text } from '../terminal/language.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { VERSION } from '../version.ts'
import type { Place } from './place.ts'
import type { RunFile } from './run-file.ts'

/** The line above the steps. */
export function printHead(terminal: Terminal, place: Place): void {
  const state = `${terminal.say(text('state', '状态'))} ${place.directory}`
  const versions = `muster ${VERSION} · Kubernetes ${KUBERNETES_VERSION} API · Node ${process.versions.node}`
  terminal.data.line(terminal.data.colors.bold(`${versions} · ${state}`))
}

/** What can be done now. `stops` tells how it ends: by Ctrl-C, or by `muster down`. */
export function printNext(terminal: Terminal, run: RunFile, stops: 'ctrl-c' | 'down'): void {
  const { data, say } = terminal
  const name = (words: string) => data.colors.bold(words.padEnd(9))
  data.line('')
  data.line(`  ${name('API')}${run.url}   ${run.clusters.join(', ')}`)
  const untouched = say(text('your ~/.kube/config was not touched', '未改动您的 ~/.kube/config'))
  data.line(`  ${name('kubectl')}${data.colors.cyan(`export KUBECONFIG=${run.kubeconfig}`)}   (${untouched})`)
  const next: readonly (readonly [string, string])[] = [
    [terminal.command('muster get all -A'), say(text('see what is there', '查看现有内容'))],
    [terminal.command('muster status'), say(text('what runs, and since when', '运行状况'))],
    stops === 'down'
      ? [terminal.command('muster down'), say(text('stop it; the state is kept', '停止；状态会保留'))]
      : ['Ctrl-C', say(text('stops it; the state is kept', '停止；状态会保留'))],
  ]
  const width = Math.max(...next.map(([command]) => command.length))
  for (const [at, [command, what]] of next.entries()) {
    data.line(`  ${name(at === 0 ? 'Next' : '')}${data.colors.cyan(command.padEnd(width))}   ${what}`)
  }
}

/** One line for programs. */
export const summaryJson = (place: Place, run: RunFile, state: 'started' | 'already running'): string =>
  JSON.stringify({
    url: run.url,
    kubeconfig: run.kubeconfig,
    pid: run.process.pid,
    state,
    name: place.name,
    since: run.since,
    clusters: run.clusters,
    parts: run.parts,
    ...(run.log ? { log: run.log } : {}),
  })
