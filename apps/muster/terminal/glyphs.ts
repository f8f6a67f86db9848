/** The status glyphs: different shapes, so that colour is only ever an extra. */

/** One shape for each state that a status line can name. */
export interface Glyphs {
  readonly healthy: string
  readonly progressing: string
  readonly paused: string
  readonly degraded: string
  readonly failed: string
  readonly unknown: string
  readonly absent: string
  readonly arrow: string
  /** From an effect to its cause. */
  readonly up: string
  /** Where something began. */
  readonly begin: string
  /** What trees are drawn with: at a branch, at the last one, beside what is below a branch, below the last one. */
  readonly lines: { readonly fork: string; readonly last: string; readonly through: string; readonly blank: string }
}

/** The glyphs for a terminal that shows Unicode; each is one column wide. */
export const GLYPHS: Glyphs = {
  healthy: '✔',
  progressing: '◌',
  paused: '‖',
  degraded: '!',
  failed: '✖',
  unknown: '?',
  absent: '-',
  arrow: '→',
  up: '↑',
  begin: '●',
  lines: { fork: '├─ ', last: '└─ ', through: '│  ', blank: '   ' },
}

/** The same states for `--ascii`. */
export const ASCII_GLYPHS: Glyphs = {
  healthy: '[ok]',
  progressing: '[..]',
  paused: '[||]',
  degraded: '[!!]',
  failed: '[xx]',
  unknown: '[??]',
  absent: '[--]',
  arrow: '->',
  up: '^',
  begin: '*',
  lines: { fork: '|- ', last: '`- ', through: '|  ', blank: '   ' },
}
