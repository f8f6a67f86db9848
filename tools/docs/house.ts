/** Draws the house: floors, rooms and arrows, from the table that checks the imports. */
import { ROOMS, type Room } from '../layers.ts'
import { markdownTable, pad } from './markdown.ts'

/** Room for the longest floor with some air, and narrow enough for any screen. */
const INNER_WIDTH = 71

/**
 * The rooms on their floors. A room stands one floor above the highest that it imports, so imports only lead down;
 * a room that holds nothing yet is in parentheses.
 */
export function drawHouse(standing: ReadonlySet<string>): string {
  const floors: string[][] = []
  for (const room of ROOMS) {
    const floor = floorOf(room)
    floors[floor] = [...(floors[floor] ?? []), standing.has(room.name) ? room.name : `(${room.name})`]
  }
  const drawn = floors.map((rooms, floor) => `${drawCeiling(rooms, floors[floor + 1])}\n${drawFloor(rooms)}`)
  return [...drawn.reverse(), `└${'─'.repeat(INNER_WIDTH)}┘`].join('\n')
}

/** One line for each room: what it may import. */
export function listArrows(): string {
  const width = Math.max(...ROOMS.map(({ name }) => name.length))
  return ROOMS.map(({ name, imports }) => `${pad(name, width)} → ${imports.join(', ') || 'nothing'}`).join('\n')
}

/** The rooms and the question that each answers. */
export const roomsTable = (standing: ReadonlySet<string>): string =>
  markdownTable(
    ['room', 'question', 'what is in it', 'today'],
    ROOMS.map(({ name, question, holds }) => [
      `\`${name}/\``,
      question,
      holds,
      standing.has(name) ? 'stands' : 'planned',
    ]),
  )

function floorOf({ imports }: Room): number {
  const below = ROOMS.filter(({ name }) => imports.includes(name))
  return Math.max(0, ...below.map((room) => floorOf(room) + 1))
}

/** The column after a room's last: where its right wall stands. */
const wallAfter = (index: number, rooms: number): number => Math.round(((index + 1) * (INNER_WIDTH + 1)) / rooms) - 1

function drawFloor(rooms: readonly string[]): string {
  const cells = rooms.map((name, index) => {
    const start = wallAfter(index - 1, rooms.length) + 1
    return centre(name, wallAfter(index, rooms.length) - start)
  })
  return `│${cells.join('│')}│`
}

function drawCeiling(below: readonly string[], above: readonly string[] | undefined): string {
  const wallsBelow = below.map((_, index) => wallAfter(index, below.length))
  const wallsAbove = above?.map((_, index) => wallAfter(index, above.length)) ?? []
  const joints = Array.from({ length: INNER_WIDTH }, (_, column) => {
    if (wallsBelow.includes(column)) return wallsAbove.includes(column) ? '┼' : '┬'
    return wallsAbove.includes(column) ? '┴' : '─'
  }).join('')
  return above ? `├${joints}┤` : `┌${joints}┐`
}

function centre(text: string, width: number): string {
  const left = Math.floor((width - text.length) / 2)
  return pad(' '.repeat(left) + text, width)
}
