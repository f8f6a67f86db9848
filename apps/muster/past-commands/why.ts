/** `kubectl muster why`: the chain of causes, from what is there back to where it began. */
import type { ObjectWhy, WhyHop } from '@muster/api/history/types.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { type Text, text } from '../terminal/language.ts'
import { visible } from '../terminal/width.ts'
import { type PastContext, printPlain, query } from './context.ts'
import type { Target } from './target.ts'
import { changeLines, hidingSecrets, surety, when, writer } from './words.ts'

const ORIGINS: Readonly<Record<ObjectWhy['origin'], Text>> = {
  human: text('began with a person', '始于人'),
  machine: text('began with a program', '始于程序'),
  clock: text('began with a clock: a time had come', '始于时钟：时间到了'),
  hidden: text('goes on where you may not look', '之后的部分你无权查看'),
  forgotten: text('goes on where nothing is kept any more', '之后的部分已不再保留'),
  'too long': text('goes on: this is as far as it is told', '还在继续：只显示到这里'),
}

/** Prints the chain. */
export async function why(
  context: PastContext,
  target: Target,
  asked: { readonly revision?: string; readonly field?: string },
): Promise<ExitCode> {
  const { terminal, kubectl } = context
  // The server has answered with a chain, whose form is its own.
  const answer = (await kubectl.get(`${target.path}/why${query(asked)}`)) as ObjectWhy
  if (printPlain(context, answer)) return EXIT.ok
  const { data, glyphs } = terminal
  for (const [at, hop] of answer.chain.entries()) {
    const [head = '', ...body] = hopLines(context, hop)
    data.line(`${at === 0 ? ' ' : data.colors.dim(glyphs.up)} ${head}`)
    for (const line of body) data.line(`      ${line}`)
  }
  const claimed = answer.claimed ? text(', as was only claimed on the way', '（途中有仅为声称的环节）') : text('', '')
  const inferred = answer.inferred ? text(', as far as can be inferred', '（据推断）') : text('', '')
  data.line(
    `${data.colors.bold(glyphs.begin)} ${terminal.say(ORIGINS[answer.origin])}${terminal.say(claimed)}${terminal.say(inferred)}`,
  )
  return EXIT.ok
}

function hopLines({ terminal, clock }: PastContext, { object, version, hidden }: WhyHop): string[] {
  const { colors } = terminal.data
  const where = object.namespace === '' ? '' : colors.dim(` in ${visible(object.namespace)}`)
  const named = `${colors.bold(`${object.resource}/${visible(object.name)}`)}${where} @${object.revision}`
  if (!version) return [named, colors.yellow(visible(hidden ?? ''))]
  const { by, change } = version
  return [
    `${named}  ${change} ${when(version.time, clock.now())} by ${writer(by)}`,
    `${visible(by.reason)}${surety(by, colors)}${by.timer ? colors.dim(' (looked again after a while)') : ''}`,
    ...changeLines(version, colors, terminal.glyphs.arrow, hidingSecrets(object.resource)),
    ...(by.rejected ?? []).map(({ choice, why: because }) => colors.dim(`not ${visible(choice)}: ${visible(because)}`)),
  ]
}
