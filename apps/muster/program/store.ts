/** The command line of `muster store`. */
import type { Command } from 'commander'
import { text } from '../terminal/language.ts'
import { addExamples, type ProgramDeps } from './deps.ts'
import { addReads } from './store-reads.ts'
import { addServe, addStoreTour } from './store-serve.ts'
import { addUpkeep } from './store-upkeep.ts'
import { addWrites } from './store-writes.ts'

/** Adds `store` and everything below it. */
export function addStoreCommands(parent: Command, deps: ProgramDeps): void {
  const { terminal } = deps
  const store = parent
    .command('store')
    .description(
      terminal.say(
        text('a store that forgets nothing: run it, use it, see it work', '不会遗忘的存储：运行它、使用它、观看它'),
      ),
    )
  addExamples(terminal, store, [
    'muster store serve',
    'muster store put greeting hello --reason "first try"',
    'muster store history greeting',
    'muster store tour',
  ])
  addServe(store, deps)
  addStoreTour(store, deps)
  addWrites(store, deps)
  addReads(store, deps)
  addUpkeep(store, deps)
}
