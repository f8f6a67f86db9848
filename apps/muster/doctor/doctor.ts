/** `muster doctor`: looks at this machine, and says of each thing whether it will do, and what to do if not. */
import { resolve } from 'node:path'
import type { Place } from '../control-plane/place.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { same, text } from '../terminal/language.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { widthOf } from '../terminal/width.ts'
import type { Check, Finding } from './check.ts'
import { checksOf } from './checks.ts'

/** What to check, and how to tell. */
export interface DoctorDeps {
  readonly terminal: Terminal
  readonly env: NodeJS.ProcessEnv
  readonly place: Place
  readonly json: boolean
  /** A file that logs and facts are written to; true for one that is named by the time. */
  readonly bundle?: string | true
}

/** Prints a line for each check. Exits with 2 when one fails. */
export async function doctor(deps: DoctorDeps): Promise<ExitCode> {
  const { terminal, place, env, json } = deps
  const told: object[] = []
  let worst: Finding['state'] = 'ok'
  for (const check of checksOf(place, env)) {
    const finding = await looked(check)
    if (finding.state === 'fail' || worst === 'ok') worst = finding.state
    const cure = finding.cure ? { cure: terminal.say(finding.cure) } : {}
    told.push({ check: check.name, state: finding.state, found: terminal.say(finding.found), ...cure })
    if (!json) print(terminal, check, finding)
  }
  if (json) terminal.data.line(JSON.stringify({ state: worst, checks: told }))
  if (deps.bundle !== undefined) {
    const time = new Date().toISOString().replace(/[:.]/g, '-')
    const file = resolve(deps.bundle === true ? `muster-doctor-${time}.tar.gz` : deps.bundle)
    const { writeBundle } = await import('./bundle.ts')
    await writeBundle(place, file, told)
    terminal.notes.line(
      terminal.say(text(`written: ${file}; look into it before you send it`, `已写入：${file}；发送前请先查看其内容`)),
    )
  }
  return worst === 'fail' ? EXIT.gate : EXIT.ok
}

/** A check that breaks is a finding too. */
async function looked(check: Check): Promise<Finding> {
  try {
    return await check.look()
  } catch (error) {
    return { state: 'warn', found: same(error instanceof Error ? error.message : String(error)) }
  }
}

function print({ data, glyphs, say }: Terminal, { title }: Check, { state, found, cure }: Finding): void {
  const mark = {
    ok: data.colors.green(glyphs.healthy),
    warn: data.colors.yellow(glyphs.degraded),
    fail: data.colors.red(glyphs.failed),
  }[state]
  const name = say(title)
  data.line(`${mark} ${state.padEnd(4)}  ${name}${' '.repeat(Math.max(1, 17 - widthOf(name)))}${say(found)}`)
  if (cure && state !== 'ok') data.line(`         ${' '.repeat(16)}${data.colors.cyan(glyphs.arrow)} ${say(cure)}`)
}
