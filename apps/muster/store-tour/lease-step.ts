/** A lease that nobody keeps alive takes its keys with it. */
import { seconds } from '@muster/base/clock.ts'
import { same, text } from '../terminal/language.ts'
import { expect } from '../tour/play.ts'
import { commitOne, type Step } from './stage.ts'

const KEYS = ['presence/web-1', 'presence/web-2'] as const
const TTL = seconds(1)

/** Kept alive past its time, then left alone. */
export const leaseStep: Step = {
  title: text('Keys vanish together when nobody keeps their lease alive', '无人续期时，租约下的键会一起消失'),
  command: 'muster store lease grant 1; muster store put KEY VALUE --lease ID',
  async play(stage) {
    const { clock } = stage
    const store = stage.store()
    const lease = await store.lease(TTL)
    for (const key of KEYS) {
      const write = { write: 'put', key, value: Buffer.from('here'), lease } as const
      const outcome = await commitOne(stage, { write, actor: 'web', reason: 'I am here' })
      expect(outcome.outcome === 'committed', 'a key is put with the lease')
    }
    const watch = store.watch('presence/', (await store.status()).head)
    // Past its first time, so that the keys are there only because it was kept alive.
    for (let beat = 0; beat < 3; beat++) {
      await clock.sleep(seconds(0.5))
      await store.keepAlive(lease)
    }
    const left = clock.elapsed()
    expect((await store.range('presence/')).entries.length === KEYS.length, 'the keys are there while it is kept alive')
    const events = (await watch.next()) ?? []
    const tookSeconds = (clock.elapsed() - left) / 1000
    watch.close()
    expect(
      events.length === KEYS.length && events.every(({ event }) => event === 'delete'),
      'both keys vanish together',
    )
    expect(new Set(events.map(({ commitRevision }) => commitRevision)).size === 1, 'they vanish in one commit')
    const [version] = (await store.history(KEYS[0])).slice(-1)
    const took = tookSeconds.toFixed(1)
    return [
      text(
        `kept alive for 1.5 s, then left alone; gone ${took} s later, in one commit`,
        `续期 1.5 秒后不再续期；${took} 秒后消失，在同一次提交中`,
      ),
      same(`"${version?.cause.reason}"`),
    ]
  },
}
