/** `muster tour`: what Muster can do, and what it cannot do yet; and one system of it, played. */
import type { Capability, CapabilityState, System } from '../capabilities/capability.ts'
import { SYSTEMS } from '../capabilities.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { same, type Text, text } from '../terminal/language.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { widthOf } from '../terminal/width.ts'
import { trouble } from '../trouble.ts'

const STATES: Readonly<
  Record<CapabilityState, { readonly word: Text; readonly glyph: 'healthy' | 'progressing' | 'absent' }>
> = {
  works: { word: text('works', '可用'), glyph: 'healthy' },
  partial: { word: text('in part', '部分'), glyph: 'progressing' },
  'not-yet': { word: text('not yet', '尚无'), glyph: 'absent' },
}

const STATE_NAMES = ['works', 'partial', 'not-yet'] as const

/** Lists all systems, or plays one; throws MUS0105 when there is nothing to play. */
export async function tour(terminal: Terminal, wanted: string | undefined): Promise<ExitCode> {
  if (wanted === undefined) {
    listSystems(terminal)
    return EXIT.ok
  }
  const system = SYSTEMS.find(({ number }) => String(number) === wanted)
  if (!system) {
    throw trouble('MUS0101', {
      what: text(`there is no system "${wanted}"`, `没有系统 "${wanted}"`),
      why: text(`systems are numbered 0 to ${SYSTEMS.length - 1}`, `系统编号为 0 到 ${SYSTEMS.length - 1}`),
      next: ['muster tour'],
    })
  }
  listCapabilities(terminal, system)
  if (system.number === 0) {
    terminal.data.line('')
    const code = await (await import('../store-tour/tour.ts')).storeTour(terminal)
    if (code !== EXIT.ok) return code
    terminal.data.line('')
    return (await import('../api-tour/tour.ts')).apiTour(terminal)
  }
  throw trouble('MUS0105', {
    what: text('nothing to play yet', '暂时没有可演示的内容'),
    where: text(`system ${system.number}, ${system.name.en}`, `系统 ${system.number}，${system.name.zh}`),
    why: text('no capability of it works in this version', '此版本中它还没有可用的能力'),
    next: ['muster tour', 'muster tour 0'],
  })
}

function listSystems(terminal: Terminal): void {
  const { data, say } = terminal
  for (const system of SYSTEMS) {
    data.line(`${String(system.number).padStart(2)}  ${data.colors.bold(say(system.name))}`)
    data.line(`    ${say(system.promise)}`)
    data.line(`    ${counts(terminal, system)}\n`)
  }
  const next = ['muster tour 0', 'muster tour 4'].map((command) => data.colors.cyan(terminal.command(command)))
  terminal.notes.line(
    `${say(text('one system, and its play where there is one:', '查看某个系统，并在可能时演示：'))}  ${next.join('   ')}`,
  )
}

function counts(terminal: Terminal, { capabilities }: System): string {
  return STATE_NAMES.map((state) => {
    const { glyph, word } = STATES[state]
    const count = capabilities.filter((capability) => capability.state === state).length
    return `${painted(terminal, state, terminal.glyphs[glyph])} ${count} ${terminal.say(word)}`
  }).join('   ')
}

function listCapabilities(terminal: Terminal, { number, name, promise, capabilities }: System): void {
  const { data, say } = terminal
  data.line(data.colors.bold(`${number}  ${say(name)}`))
  data.line(`   ${say(promise)}\n`)
  const words = STATE_NAMES.map((state) => widthOf(say(STATES[state].word)))
  for (const capability of capabilities) data.line(capabilityLine(terminal, capability, Math.max(...words)))
}

function capabilityLine(terminal: Terminal, { state, ask, command }: Capability, wordWidth: number): string {
  const { glyph, word } = STATES[state]
  const said = terminal.say(word)
  const pad = ' '.repeat(wordWidth - widthOf(said))
  const typed = state === 'not-yet' ? same(command) : same(terminal.command(command))
  return `   ${painted(terminal, state, `${terminal.glyphs[glyph]} ${said}`)}${pad}  ${terminal.say(ask)}\n      ${terminal.data.colors.dim(terminal.say(typed))}`
}

function painted({ data }: Terminal, state: CapabilityState, words: string): string {
  if (state === 'works') return data.colors.green(words)
  return state === 'partial' ? data.colors.yellow(words) : data.colors.dim(words)
}
