/** Runs one scenario on the small disk that it was started with. */
import { onOrder, say } from './saying.ts'
import { SCENARIOS } from './small-disk-scenarios.ts'

/** How it ended. */
export type Ended = { readonly passed: boolean; readonly why: string }

onOrder<{ readonly scenario: string; readonly disk: string }>(async ({ scenario, disk }) => {
  try {
    await SCENARIOS[scenario]?.(disk)
    say({ passed: scenario in SCENARIOS, why: 'there is no such scenario' } satisfies Ended)
  } catch (error) {
    const why = error instanceof Error ? `${error.stack}` : String(error)
    say({ passed: false, why } satisfies Ended)
  }
})
