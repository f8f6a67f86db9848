/** `muster kubeconfig`: prints the way into a cluster, or where it is, or adds it to a file that is named. */
import { existsSync } from 'node:fs'
import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parse, parseDocument } from 'yaml'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { same, text } from '../terminal/language.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { trouble } from '../trouble.ts'
import { kubeconfigPath, type Place } from './place.ts'

/** What is wanted. */
export interface KubeconfigDeps {
  readonly terminal: Terminal
  readonly place: Place
  /** A logical cluster. */
  readonly cluster: string
  readonly path: boolean
  /** The file that it is added to. */
  readonly merge?: string
  /** Replaces entries of the same names that lead elsewhere. */
  readonly yes: boolean
}

/** Prints or merges. Throws MUS0109 when there is none. */
export async function kubeconfig(deps: KubeconfigDeps): Promise<ExitCode> {
  const { terminal, place, cluster, path, merge } = deps
  const file = kubeconfigPath(place, cluster)
  if (!existsSync(file)) {
    throw trouble('MUS0109', {
      what: text(`there is no kubeconfig of cluster "${cluster}"`, `没有集群 "${cluster}" 的 kubeconfig`),
      where: same(file),
      next: [cluster === 'default' ? 'muster up --detach' : `muster up --detach --cluster ${cluster}`],
    })
  }
  if (path) terminal.data.line(file)
  else if (merge === undefined) terminal.data.bytes(await readFile(file))
  else await mergeInto(deps, resolve(merge), await readFile(file, 'utf8'))
  return EXIT.ok
}

/** The three lists of a kubeconfig. */
const LISTS = ['clusters', 'users', 'contexts'] as const

interface Named {
  readonly name: string
}

/** Adds ours and keeps everything else, comments and the current context included; what was there is copied beside. */
async function mergeInto({ terminal, yes }: KubeconfigDeps, file: string, ours: string): Promise<void> {
  const own = parse(ours) as Readonly<Record<(typeof LISTS)[number], readonly Named[]>> & { 'current-context': string }
  const there = existsSync(file) ? await readFile(file, 'utf8') : ''
  const document = parseDocument(there || 'apiVersion: v1\nkind: Config\n')
  const config = (document.toJS() ?? {}) as Partial<Record<(typeof LISTS)[number], readonly Named[]>>
  if (document.errors.length > 0 || typeof config !== 'object') {
    throw trouble('MUS0206', { what: text(`${file} is no kubeconfig`, `${file} 不是 kubeconfig`), where: same(file) })
  }
  for (const list of LISTS) {
    for (const entry of own[list]) {
      const at = (config[list] ?? []).findIndex(({ name }) => name === entry.name)
      const known = config[list]?.[at]
      if (known && !yes && list === 'clusters' && !leadsHere(known)) {
        throw trouble('MUS0116', {
          what: text(
            `${file} has a cluster "${entry.name}" already, which leads elsewhere`,
            `${file} 中已有集群 "${entry.name}"，它指向别处`,
          ),
          next: [`muster kubeconfig --merge ${file} --yes`],
        })
      }
      if (!Array.isArray(config[list]) && !document.has(list)) document.set(list, document.createNode([]))
      if (at >= 0) document.setIn([list, at], document.createNode(entry))
      else document.addIn([list], document.createNode(entry))
    }
  }
  if (!document.get('current-context')) document.set('current-context', own['current-context'])
  if (there !== '') await copyFile(file, `${file}.before-muster`)
  await writeFile(file, document.toString({ lineWidth: 0 }), { mode: 0o600 })
  terminal.notes.line(
    terminal.say(
      text(
        `added to ${file}: kubectl config use-context ${own['current-context']}`,
        `已加入 ${file}：kubectl config use-context ${own['current-context']}`,
      ),
    ),
  )
}

/** Whether an entry of a cluster is one of this machine's, as ours are. */
const leadsHere = (entry: object): boolean =>
  /"server":"https:\/\/(127\.|localhost|\[::1\])/.test(JSON.stringify(entry))
