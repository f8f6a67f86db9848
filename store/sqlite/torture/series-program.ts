/** A store that has made a known series of commits, and waits to be killed. */
import { openSmall } from './cases.ts'
import { onOrder, say } from './saying.ts'
import { playSeries } from './series.ts'

onOrder<{ readonly directory: string }>(async ({ directory }) => {
  const store = await openSmall(directory)
  await playSeries(store)
  say({ say: 'done' })
})
