/** The commands as completions need them: which words may follow which. */
import type { Command } from 'commander'
import { KUBECTL_VERBS } from '../program/kubectl-verbs.ts'

/** By the words so far (`store lease`), what may come next. The empty words are the beginning. */
export type WordTree = ReadonlyMap<string, readonly string[]>

/** The tree of a command and all below it. */
export function treeOf(root: Command): WordTree {
  const tree = new Map<string, readonly string[]>()
  const global = flagsOf(root)
  const walk = (command: Command, path: string) => {
    // What is kubectl's, kubectl completes.
    const below = command.commands.filter((one) => command !== root || !KUBECTL_VERBS.includes(one.name()))
    const verbs = command === root ? KUBECTL_VERBS : []
    const names = [...below.map((one) => one.name()), ...verbs, ...(command === root ? ['help'] : [])]
    tree.set(path, [...new Set([...names, ...flagsOf(command), ...(command === root ? [] : global)])])
    for (const one of below) walk(one, path === '' ? one.name() : `${path} ${one.name()}`)
  }
  walk(root, '')
  return tree
}

const flagsOf = (command: Command): readonly string[] => [
  ...command.options.filter(({ hidden }) => !hidden).flatMap(({ long }) => long ?? []),
  '--help',
]
