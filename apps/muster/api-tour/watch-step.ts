/** A watch that is cut and goes on. */
import { text } from '../terminal/language.ts'
import { expect } from '../tour/play.ts'
import { CONFIG_MAPS, configMap, NAMESPACE, type Stage, type Step } from './stage.ts'

const BEFORE = 3
const AWAY = 3

/** Three events are heard, three happen while nobody listens, and all six arrive once. */
export const watchStep: Step = {
  title: text(
    'A watch that was cut goes on where it was, over a restart too',
    '中断的 watch 从中断处继续，重启之后也一样',
  ),
  command: 'kubectl get configmaps --watch',
  async play(stage) {
    const { resourceVersion } = await stage.client().resource(CONFIG_MAPS).list({ namespace: NAMESPACE, limit: 1 })
    const writeSome = async (from: number, count: number) => {
      for (let at = from; at < from + count; at++)
        await stage
          .client()
          .resource(CONFIG_MAPS)
          .create(configMap(`seen-${at}`, {}))
    }
    await writeSome(0, BEFORE)
    const first = await hear(stage, resourceVersion, BEFORE)
    await writeSome(BEFORE, AWAY)
    await stage.kill()
    await stage.start()
    const then = await hear(stage, first.at, AWAY)
    const heard = [...first.names, ...then.names]
    expect(
      heard.join() === Array.from({ length: BEFORE + AWAY }, (_, at) => `seen-${at}`).join(),
      `each write is told once and in order, and not ${heard.join()}`,
    )
    return [
      text(
        `${BEFORE} heard, cut, ${AWAY} missed, killed and started again: all ${heard.length} told once`,
        `听到 ${BEFORE} 个，中断，错过 ${AWAY} 个，杀死并重启：${heard.length} 个都恰好告知一次`,
      ),
    ]
  },
}

/** So many events after a version, and the version of the last of them. */
async function hear({ client }: Stage, after: string, count: number): Promise<{ names: string[]; at: string }> {
  const stop = new AbortController()
  const names: string[] = []
  let at = after
  const events = client()
    .resource(CONFIG_MAPS)
    .watch({ namespace: NAMESPACE, resourceVersion: after, signal: stop.signal })
  for await (const event of events) {
    if (event.type === 'BOOKMARK') continue
    names.push(event.object.metadata.name ?? '')
    at = event.object.metadata.resourceVersion ?? at
    if (names.length === count) break
  }
  stop.abort()
  return { names, at }
}
