/**
 * Steps that mutate are run once more, all of them, when somebody from outside has changed the object: then the server's
 * own steps see the change too, and whoever asked for it (`reinvocationPolicy: IfNeeded`) is asked again, once.
 * Source: apiserver pkg/admission/reinvocation.go, plugin/webhook/mutating/reinvocationcontext.go.
 */

import type { AdmissionRequest } from './admission.ts'

/** Two rounds at most, and what is remembered from the first to the second. */
export interface Reinvocation {
  /** True in the second round. */
  readonly isSecond: boolean
  /** Asks for a second round. In the second it means nothing. */
  repeat(): void
  /** What one step remembers. */
  memoryOf(step: string): ReinvocationMemory
}

/** Who of one step's asked ones is to be asked again. */
export interface ReinvocationMemory {
  /** Was asked, and wants to be asked again when the object changes after that. */
  readonly asked: Set<string>
  /** Is to be asked again in the second round. */
  readonly again: Set<string>
  /** The object, as JSON, as this step left it. */
  left?: string
}

/** Runs a round, and another when somebody in the first asked for it. */
export async function inRounds(round: (reinvocation: Reinvocation) => Promise<void>): Promise<void> {
  const memories = new Map<string, ReinvocationMemory>()
  let isWanted = false
  const memoryOf = (step: string): ReinvocationMemory => {
    const known = memories.get(step) ?? { asked: new Set(), again: new Set() }
    memories.set(step, known)
    return known
  }
  const repeat = () => {
    isWanted = true
  }
  await round({ isSecond: false, repeat, memoryOf })
  if (isWanted) await round({ isSecond: true, repeat, memoryOf })
}

/** The object has changed: those who were asked before and care are to be asked again. */
export function changed({ asked, again }: ReinvocationMemory): void {
  for (const one of asked) again.add(one)
  asked.clear()
}

/** What the second round compares: whether a step of the server's own has changed the object since. */
export const objectText = (request: AdmissionRequest): string =>
  'object' in request ? JSON.stringify(request.object) : ''
