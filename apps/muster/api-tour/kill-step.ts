/** kill -9 while many create: what was acknowledged is there afterwards. */
import { milliseconds } from '@muster/base/clock.ts'
import { text } from '../terminal/language.ts'
import { expect } from '../tour/play.ts'
import { CONFIG_MAPS, configMap, NAMESPACE, type Step } from './stage.ts'

const CLIENTS = 16
const WORK = milliseconds(1_000)

/** Clients create until the control plane is gone; it comes back with everything that it said yes to. */
export const killStep: Step = {
  title: text(
    'Killed with -9 under writes, it comes back with everything that it said yes to',
    '写入时被 kill -9，恢复后凡已应答的写入都在',
  ),
  command: 'kill -9 PID; muster up',
  async play(stage) {
    const acknowledged: string[] = []
    const maps = stage.client().resource(CONFIG_MAPS)
    const client = async (number: number) => {
      for (let at = 0; ; at++) {
        const name = `kept-${number}-${at}`
        const isMade = await maps.create(configMap(name, {})).then(
          () => true,
          () => false,
        )
        if (!isMade) return
        acknowledged.push(name)
      }
    }
    const clients = Array.from({ length: CLIENTS }, (_, number) => client(number))
    await stage.clock.sleep(WORK)
    await stage.kill()
    await Promise.all(clients)
    await stage.start()
    const { items } = await stage.client().resource(CONFIG_MAPS).list({ namespace: NAMESPACE })
    const there = new Set(items.map(({ metadata }) => metadata.name))
    expect(acknowledged.length > 0, 'some were acknowledged before the kill')
    for (const name of acknowledged) expect(there.has(name), `${name} is there`)
    const ready = (stage.about().tookMs / 1000).toFixed(1)
    return [
      text(
        `${acknowledged.length} acknowledged, all there; ready again after ${ready} s`,
        `已应答 ${acknowledged.length} 个，全部都在；${ready} 秒后重新就绪`,
      ),
    ]
  },
}
