/** Prints the table of capabilities as a page, in either language. */
import type { Capability, CapabilityState, System } from 'muster/capabilities/capability.ts'
import { type Language, type Text, text } from 'muster/terminal/language.ts'
import { markdownTable } from './markdown.ts'

const WORDS = {
  title: text('# What Muster can do', '# Muster 能做什么'),
  about: text(
    [
      '<!-- Printed from apps/muster/capabilities.ts by `npm run docs`. Change it there. -->',
      '',
      'Ten systems that Muster is to stand in for, and the ground under them. A capability _works_ only when a test',
      'proves it; _in part_ says that something of it can be used; _not yet_ says that the command is a plan.',
      '',
      '[中文](capabilities.zh-CN.md)',
    ].join('\n'),
    [
      '<!-- 由 `npm run docs` 根据 apps/muster/capabilities.ts 生成，请在那里修改。 -->',
      '',
      'Muster 要替代的十类系统，以及它们共同的地基。只有被测试证明的能力才标为“可用”；',
      '“部分可用”表示其中一部分已经能用；“尚未”表示命令还只是计划。',
      '',
      '[English](capabilities.md)',
    ].join('\n'),
  ),
  system: text('system', '系统'),
  ask: text('what one may ask for', '可以要求什么'),
  command: text('shown by', '演示命令'),
  test: text('proved by', '证明测试'),
  state: text('state', '状态'),
} as const

const STATES: Readonly<Record<CapabilityState, Text>> = {
  works: text('works', '可用'),
  partial: text('in part', '部分可用'),
  'not-yet': text('not yet', '尚未'),
}

/** The whole page: first how many of each system are how far, then each system. */
export function capabilitiesPage(systems: readonly System[], language: Language): string {
  const say = (words: Text): string => words[language]
  const states = Object.entries(STATES)
  const summary = markdownTable(
    [say(WORDS.system), ...states.map(([, words]) => say(words))],
    systems.map(({ number, name, capabilities }) => [
      `${number} ${say(name)}`,
      ...states.map(([state]) => `${capabilities.filter((capability) => capability.state === state).length || ''}`),
    ]),
  )
  const sections = systems.map(({ number, name, promise, capabilities }) => {
    const head = [WORDS.ask, WORDS.command, WORDS.test, WORDS.state].map(say)
    const rows = capabilities.map((capability) => capabilityRow(capability, language))
    return `## ${number} ${say(name)}\n\n${say(promise)}\n\n${markdownTable(head, rows)}`
  })
  return `${[say(WORDS.title), say(WORDS.about), summary, ...sections].join('\n\n')}\n`
}

function capabilityRow({ ask, command, test, state }: Capability, language: Language): readonly string[] {
  return [ask[language], `\`${command}\``, test === null ? '' : `[${test}](../${test})`, STATES[state][language]]
}
