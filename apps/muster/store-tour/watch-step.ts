/** A watch that is cut in the middle and goes on exactly there. */
import type { Event, Revision, Watch } from '@muster/store/store.ts'
import { text } from '../terminal/language.ts'
import { expect } from '../tour/play.ts'
import { putText, type Step } from './stage.ts'

const PREFIX = 'orders/'
const ORDERS = 12

/** The watch is cut after this many events, while writes go on. */
const CUT_AFTER = 5

/** Nothing is lost at the cut, and nothing comes twice. */
export const watchStep: Step = {
  title: text('A watch that is cut goes on exactly where it was', '中断的监听从断开处精确继续'),
  command: `muster store watch ${PREFIX} --after N`,
  async play(stage) {
    const { head } = await stage.store().status()
    const written: Revision[] = []
    const write = async (from: number, to: number) => {
      for (let order = from; order < to; order++) {
        written.push(await putText(stage, `${PREFIX}${order}`, `order ${order}`, 'shop', `order ${order} came in`))
      }
    }
    const first = stage.store().watch(PREFIX, head)
    const [seen] = await Promise.all([take(first, CUT_AFTER), write(0, CUT_AFTER)])
    first.close()
    const cut = seen.at(-1)?.revision
    expect(cut !== undefined, 'the watch saw the first orders')
    await write(CUT_AFTER, ORDERS)
    const second = stage.store().watch(PREFIX, cut)
    const rest = await take(second, ORDERS - CUT_AFTER)
    second.close()
    const events = [...seen, ...rest].map(({ revision }) => revision)
    expect(events.join() === written.join(), 'every event came once, in order')
    const before = events.slice(0, CUT_AFTER).join(' ')
    const behind = events.slice(CUT_AFTER).join(' ')
    return [
      text(`events ${before} | cut after ${cut} | ${behind}`, `事件 ${before} | 在 ${cut} 之后断开 | ${behind}`),
      text(
        `${ORDERS} written, ${events.length} seen, none twice`,
        `写入 ${ORDERS} 个，看到 ${events.length} 个，没有重复`,
      ),
    ]
  },
}

/** Events until there are so many; the page that brings the last one may bring more. */
async function take(watch: Watch, count: number): Promise<readonly Event[]> {
  const events: Event[] = []
  while (events.length < count) {
    const page = await watch.next()
    if (!page) break
    events.push(...page)
  }
  return events
}
