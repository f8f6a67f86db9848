/** Plays the steps of a tour, one after the other, and says what was seen: PASS after all of them, FAIL at the first that is not so. */
import { type Clock, seconds } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { type Text, text } from '../terminal/language.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { trouble } from '../trouble.ts'

/** One thing that is promised, played on a stage. */
export interface Step<Stage> {
  readonly title: Text
  /** What a reader would type to do the same. */
  readonly command: string
  /** Plays it, and answers with what was seen; throws what was not as promised. */
  readonly play: (stage: Stage) => Promise<readonly Text[]>
}

/** Steps, what they are played on, and how to play them again. */
export interface Play<Stage> {
  readonly title: Text
  readonly again: string
  readonly steps: readonly Step<Stage>[]
  readonly stage: Stage
  readonly terminal: Terminal
  readonly clock: Clock
  readonly interrupted: AbortSignal
  /** Ends what still runs; throws when that was not a clean end. */
  readonly end: () => Promise<void>
}

/** Throws when something is not as promised. */
export function expect(condition: boolean, promise: string): asserts condition {
  if (!condition) throw new ControlError('Internal', `not as promised: ${promise}`)
}

/** A step that takes longer has lost its way, even on a slow machine. */
const STEP_PATIENCE = seconds(60)

/** Plays all steps. Throws MUS0106 after FAIL. */
export async function playSteps<Stage>(play: Play<Stage>): Promise<ExitCode> {
  const { terminal, clock, steps, interrupted } = play
  const { bold, green, red } = terminal.data.colors
  const began = clock.elapsed()
  const failed = (what: Text) => {
    terminal.data.line(`\n${bold(red('FAIL'))}`)
    return trouble('MUS0106', { what, next: [play.again] })
  }
  terminal.data.line(bold(terminal.say(play.title)))
  for (const [index, step] of steps.entries()) {
    const why = await playStep(play, step, index + 1)
    if (interrupted.aborted) return EXIT.interrupted
    if (why !== undefined) throw failed(text(`step ${index + 1} failed: ${why}`, `第 ${index + 1} 步失败：${why}`))
  }
  try {
    await play.end()
  } catch (error) {
    throw failed(text(`at the end: ${sayError(error)}`, `结束时：${sayError(error)}`))
  }
  const took = `${((clock.elapsed() - began) / 1000).toFixed(1)} s`
  const all = text(
    `${steps.length} of ${steps.length} steps in ${took}; nothing is left behind`,
    `${steps.length} / ${steps.length} 步，用时 ${took}；没有留下任何东西`,
  )
  terminal.data.line(`\n${bold(green('PASS'))}  ${terminal.say(all)}`)
  return EXIT.ok
}

/** Plays one step and prints what was seen; answers with why it failed, if it did. */
async function playStep<Stage>(play: Play<Stage>, step: Step<Stage>, number: number): Promise<string | undefined> {
  const { stage, terminal, clock, interrupted } = play
  const { data, glyphs, say } = terminal
  const { bold, cyan, dim, green, red } = data.colors
  const began = clock.elapsed()
  const head = () => `${number}  ${bold(say(step.title))}   ${dim(`${((clock.elapsed() - began) / 1000).toFixed(1)}s`)}`
  const stop = new AbortController()
  const tooLate = clock.sleep(STEP_PATIENCE, AbortSignal.any([stop.signal, interrupted])).then(() => {
    throw new ControlError('Timeout', `not done within ${STEP_PATIENCE / 1000} s`)
  })
  try {
    const lines = await Promise.race([step.play(stage), tooLate])
    data.line(`\n${green(glyphs.healthy)} ${head()}`)
    data.line(`     ${cyan(`$ ${step.command}`)}`)
    for (const line of lines) data.line(`     ${say(line)}`)
    return undefined
  } catch (error) {
    if (!interrupted.aborted) data.line(`\n${red(glyphs.failed)} ${head()}`)
    return sayError(error)
  } finally {
    stop.abort()
    // The one that lost the race may still fail; nobody waits for it.
    tooLate.catch(() => {})
  }
}

const sayError = (error: unknown): string => (error instanceof Error ? error.message : String(error))
