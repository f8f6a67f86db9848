/** The child's side of child.ts: hears orders, says lines. */
import { writeSync } from 'node:fs'
import { LINES_FD } from './child.ts'

/** Writes one line. Returns once the parent will hear it, whatever happens to this process next. */
export function say(said: object): void {
  writeSync(LINES_FD, `${JSON.stringify(said)}\n`)
}

/** Calls `obey` for every order of the parent; ends this process when the parent is gone. */
export function onOrder<Order>(obey: (order: Order) => void): void {
  process.on('message', obey)
  process.on('disconnect', () => process.exit())
}
