/**
 * The verbs of kubectl that Muster hands over as they are. Its own `get`, `diff` and `explain` stay its own where they
 * are asked something that kubectl cannot answer: the past, and codes of errors.
 */
import type { Command } from 'commander'
import { text } from '../terminal/language.ts'
import type { ProgramDeps } from './deps.ts'

/** Every verb that is handed over. Source: the command list of kubectl 1.36, without what concerns kubectl itself. */
export const KUBECTL_VERBS: readonly string[] = [
  ...['annotate', 'api-resources', 'api-versions', 'apply', 'attach', 'auth', 'autoscale', 'certificate'],
  ...['cluster-info', 'cordon', 'cp', 'create', 'debug', 'delete', 'describe', 'diff', 'drain', 'edit', 'events'],
  ...['exec', 'explain', 'expose', 'get', 'label', 'logs', 'patch', 'port-forward', 'proxy', 'replace', 'rollout'],
  ...['run', 'scale', 'set', 'taint', 'top', 'uncordon', 'wait'],
]

/** Flags of ours that take a word; they stand before the verb, for behind it all is kubectl's. */
const OWN_FLAGS_WITH_WORD = ['--home', '--name', '--lang']
const OWN_FLAGS = ['--no-color', '--ascii', '--plain']

/** The words that are handed to kubectl, or undefined when the command line is Muster's own. */
export function kubectlWords(argv: readonly string[]): readonly string[] | undefined {
  let at = 0
  for (;;) {
    const word = argv[at] ?? ''
    if (OWN_FLAGS_WITH_WORD.includes(word)) at += 2
    else if (OWN_FLAGS.includes(word) || OWN_FLAGS_WITH_WORD.some((flag) => word.startsWith(`${flag}=`))) at += 1
    else break
  }
  const words = argv.slice(at)
  const [verb = ''] = words
  return KUBECTL_VERBS.includes(verb) && !isOwn(verb, words.slice(1)) ? words : undefined
}

function isOwn(verb: string, words: readonly string[]): boolean {
  const has = (...flags: readonly string[]) =>
    words.some((word) => flags.some((flag) => word === flag || word.startsWith(`${flag}=`)))
  if (verb === 'get') return has('--as-of', '--revision', '--help', '-h')
  if (verb === 'diff') return has('--as-of', '--from', '--to', '--help', '-h')
  if (verb === 'explain') return words.length === 0 || has('--help', '-h') || /^MUS\d*$/i.test(words[0] ?? '')
  return false
}

/** Lists them in the help and in completions; they are run before the command line is parsed. */
export function addKubectlVerbs(parent: Command, { terminal }: ProgramDeps): void {
  const { say } = terminal
  const own = ['get', 'diff', 'explain']
  const verbs = KUBECTL_VERBS.filter((verb) => !own.includes(verb))
  const head = terminal.data.colors.bold(
    say(text('Commands of kubectl, handed over to it:', '交给 kubectl 执行的命令：')),
  )
  const lines: string[] = []
  for (const verb of KUBECTL_VERBS) {
    const line = lines.at(-1)
    if (line !== undefined && line.length + verb.length < 74) lines[lines.length - 1] = `${line} ${verb}`
    else lines.push(`  ${verb}`)
  }
  parent.addHelpText('after', `\n${head}\n${lines.join('\n')}`)
  // Known by name, so that a typing mistake is told of and a shell can complete them.
  for (const verb of verbs) parent.command(verb, { hidden: true }).allowUnknownOption().argument('[words...]')
}
