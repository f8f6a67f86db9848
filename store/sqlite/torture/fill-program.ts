/** A store that is filled until its disk is full, and waits to be killed. */
import { openSmall } from './cases.ts'
import { onOrder, say } from './saying.ts'
import { type FillSaid, fillUp } from './small-disk-scenarios.ts'

onOrder<{ readonly directory: string }>(async ({ directory }) => {
  const store = await openSmall(directory)
  await fillUp(store, 'k', (acked, revision) => say({ acked, revision } satisfies FillSaid))
  say({ full: true } satisfies FillSaid)
})
