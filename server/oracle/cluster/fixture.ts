/** The text of what was played: every object once, though many pictures show it. */
import type { Pictured, Played } from './scenario.ts'

/** A played scenario as its file has it: pictures hold indexes of `objects`. */
interface Stored extends Omit<Played, 'steps'> {
  readonly steps: readonly {
    readonly name: string
    readonly answers: readonly string[]
    readonly picture: readonly number[]
  }[]
  readonly objects: readonly Pictured[]
}

/** The text of its file, a line for each step and each object. */
export function formatPlayed({ scenario, kubernetes, steps }: Played): string {
  const objects: string[] = []
  const numberOf = (pictured: Pictured): number => {
    const text = JSON.stringify(pictured)
    const known = objects.indexOf(text)
    return known === -1 ? objects.push(text) - 1 : known
  }
  const lines = steps.map(({ objects, ...step }) => JSON.stringify({ ...step, picture: objects.map(numberOf) }))
  const head = JSON.stringify({ scenario, kubernetes }).slice(0, -1)
  return `${head},"steps":[\n${lines.join(',\n')}\n],"objects":[\n${objects.join(',\n')}\n]}\n`
}

/** Reads it back. Throws SyntaxError for what is no JSON; of its form it trusts the recorder. */
export function parsePlayed(text: string): Played {
  const { steps, objects, ...head }: Stored = JSON.parse(text)
  const shown = (picture: readonly number[]) => picture.flatMap((at) => objects[at] ?? [])
  return { ...head, steps: steps.map(({ picture, ...step }) => ({ ...step, objects: shown(picture) })) }
}
