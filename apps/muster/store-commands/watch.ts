/** `muster store watch`: events as they happen, without a gap even when the server goes away and comes back. */
import { backoff, nextWait } from '@muster/base/backoff.ts'
import { formatInstant, milliseconds, seconds } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import type { Event, Revision } from '@muster/store/store.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { encodeEvent } from '../store-api/entry.ts'
import { text } from '../terminal/language.ts'
import { visible } from '../terminal/width.ts'
import { printJson, type StoreContext } from './context.ts'
import { quoted } from './find.ts'
import { showValue } from './show-value.ts'

/** Follows a prefix until `interrupted` aborts; then says how to go on from there. */
export async function watch(
  context: StoreContext,
  prefix: string,
  after: Revision | undefined,
  interrupted: AbortSignal,
): Promise<ExitCode> {
  const { store, terminal, clock, random } = context
  // The first look also tells at once whether a server is there: only one that was there is waited for.
  let revision = after ?? (await store.status()).head
  let waiting = FIRST_WAIT
  terminal.notes.line(
    terminal.say(
      text(
        `watching "${prefix}" after revision ${revision}; Ctrl-C ends it`,
        `正在监听 "${prefix}"，自修订号 ${revision} 之后；Ctrl-C 结束`,
      ),
    ),
  )
  while (!interrupted.aborted) {
    const events = store.watch(prefix, revision)
    const close = () => events.close()
    interrupted.addEventListener('abort', close, { once: true })
    try {
      for await (const page of events) {
        for (const event of page) print(context, event)
        waiting = FIRST_WAIT
      }
    } catch (error) {
      if (!hasCode(error, 'Unavailable')) throw error
      // Once for each outage, not once for each try.
      if (waiting === FIRST_WAIT) {
        terminal.notes.line(terminal.say(text('the server is gone; trying again', '服务器已断开；正在重试')))
      }
    } finally {
      revision = events.revision
      interrupted.removeEventListener('abort', close)
    }
    if (interrupted.aborted) break
    const { wait, next } = nextWait(waiting, random)
    waiting = next
    await clock.sleep(wait, interrupted).catch(() => {})
  }
  const resume = terminal.command(`muster store watch ${quoted(prefix)} --after ${revision}`)
  terminal.notes.line(terminal.say(text(`to go on from here: ${resume}`, `从此处继续：${resume}`)))
  return EXIT.interrupted
}

const FIRST_WAIT = backoff(milliseconds(200), seconds(5))

function print(context: StoreContext, event: Event): void {
  if (context.json) printJson(context, encodeEvent(event))
  else context.terminal.data.line(eventLine(event))
}

/** One event on one line: revision, time, what happened, the key, the value. */
export function eventLine(event: Event): string {
  const what = event.event === 'put' ? (event.previous ? 'changed' : 'created') : 'deleted'
  const value = event.event === 'put' ? ` ${showValue(event.entry.value)}` : ''
  return `${event.revision}  ${formatInstant(event.time)}  ${what}  ${visible(event.key)}${value}`
}
