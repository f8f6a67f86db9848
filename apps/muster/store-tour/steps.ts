/** The steps of the tour, in the order in which they are played. Each stands on what the ones before it wrote. */
import { same, text } from '../terminal/language.ts'
import { asOfStep, conflictStep, historyStep, writeStep } from './history-steps.ts'
import { killStep } from './kill-step.ts'
import { leaseStep } from './lease-step.ts'
import type { Step } from './stage.ts'
import { watchStep } from './watch-step.ts'

const startStep: Step = {
  title: text('A server opens a store in a directory of its own', '服务器在自己的目录中打开一个存储'),
  command: 'muster store serve --directory DIR --port 0',
  async play({ start, about }) {
    await start()
    return [same(about())]
  },
}

/** Every step of the tour. */
export const STEPS: readonly Step[] = [
  startStep,
  writeStep,
  conflictStep,
  historyStep,
  asOfStep,
  watchStep,
  leaseStep,
  killStep,
]
