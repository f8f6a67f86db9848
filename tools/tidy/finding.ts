/** What every rule of tidy reads, and what it answers. */
import type { Blanked } from './blank.ts'

/** One file as the rules see it. */
export interface Reading {
  readonly path: string
  readonly text: string
  readonly blanked: Blanked
}

/** One breach: where, what it is, and what to use in its place. */
export interface Finding {
  readonly at: number
  readonly what: string
  readonly use: string
}

/** The finding as one line that an editor can jump to. */
export function formatFinding({ path, text }: Reading, { at, what, use }: Finding): string {
  const line = text.slice(0, at).split('\n').length
  return `${path}:${line}: ${what}; use ${use} instead`
}
