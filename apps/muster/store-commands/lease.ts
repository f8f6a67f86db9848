/** `muster store lease`: keys that vanish together when nobody keeps them alive. */
import { seconds } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { text } from '../terminal/language.ts'
import { trouble } from '../trouble.ts'
import { printJson, type StoreContext } from './context.ts'

/** Grants a lease, and prints its id. */
export async function grantLease(context: StoreContext, ttlSeconds: number): Promise<ExitCode> {
  const lease = await context.store.lease(seconds(ttlSeconds))
  if (context.json) printJson(context, { lease, ttlSeconds })
  else {
    const { terminal } = context
    terminal.data.line(lease)
    const next = terminal.command(`muster store put KEY VALUE --lease ${lease}`)
    terminal.notes.line(
      terminal.say(
        text(
          `ends in ${ttlSeconds} s unless kept alive; next: ${next}`,
          `${ttlSeconds} 秒后结束，除非续期；下一步：${next}`,
        ),
      ),
    )
  }
  return EXIT.ok
}

/** Starts the lease's time anew. */
export async function keepLeaseAlive(context: StoreContext, lease: string): Promise<ExitCode> {
  const ttlSeconds = (await known(lease, () => context.store.keepAlive(lease))) / 1000
  const { terminal } = context
  if (context.json) printJson(context, { lease, ttlSeconds })
  else
    terminal.data.line(
      terminal.say(text(`${lease} lives for another ${ttlSeconds} s`, `${lease} 将再存活 ${ttlSeconds} 秒`)),
    )
  return EXIT.ok
}

/** Ends the lease now, and with it its keys. */
export async function revokeLease(context: StoreContext, lease: string): Promise<ExitCode> {
  await known(lease, () => context.store.revoke(lease))
  const { terminal } = context
  if (context.json) printJson(context, { lease })
  else
    terminal.data.line(terminal.say(text(`${lease} has ended, and its keys are gone`, `${lease} 已结束，其键已消失`)))
  return EXIT.ok
}

async function known<Answer>(lease: string, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask()
  } catch (cause) {
    if (!hasCode(cause, 'NotFound')) throw cause
    const what = text(`there is no lease "${lease}"`, `没有租约 "${lease}"`)
    throw trouble('MUS0214', { what, next: ['muster store lease grant SECONDS'] }, cause)
  }
}
