/** What `muster up` says while it goes: a line for each part, drawn once it is begun and again once it stands. */
import type { Text } from '../terminal/language.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { widthOf } from '../terminal/width.ts'

/** A list of steps on the screen. */
export interface Steps {
  begin(title: Text): void
  /** `tookMs` is absent where no time is worth telling. */
  end(state: 'healthy' | 'degraded' | 'failed', title: Text, detail: string, tookMs?: number): void
}

/** The list on stdout. Steps under way are shown only on a screen that is no `--plain` one. */
export function stepsOn({ data, glyphs, say, isPlain }: Terminal): Steps {
  const isLive = data.isTty && !isPlain
  const colors = { healthy: data.colors.green, degraded: data.colors.yellow, failed: data.colors.red }
  const pad = (words: string, width: number) => words + ' '.repeat(Math.max(1, width - widthOf(words)))
  return {
    begin(title) {
      if (isLive) data.bytes(Buffer.from(`  ${glyphs.progressing} ${say(title)}`))
    },
    end(state, title, detail, tookMs) {
      if (isLive) data.bytes(Buffer.from('\r\x1b[2K'))
      const took = tookMs === undefined ? '' : `${(tookMs / 1000).toFixed(1)}s`
      data.line(`  ${colors[state](glyphs[state])} ${pad(say(title), TITLE)}${pad(detail, DETAIL)}${took}`.trimEnd())
    },
  }
}

const TITLE = 18
const DETAIL = 40

/** No list: for programs. */
export const NO_STEPS: Steps = { begin() {}, end() {} }
