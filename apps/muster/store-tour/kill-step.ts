/** kill -9 while many write: what was acknowledged is there afterwards. */
import { milliseconds, seconds } from '@muster/base/clock.ts'
import { newId } from '@muster/base/ids.ts'
import { between } from '@muster/base/random.ts'
import type { Commit, Revision } from '@muster/store/store.ts'
import { settle } from '../store-client/settle.ts'
import { type Text, text } from '../terminal/language.ts'
import { expect } from '../tour/play.ts'
import type { Stage, Step } from './stage.ts'

const WRITERS = 16
const ROUNDS = 3

interface Round {
  /** Key and revision of every write that was acknowledged. */
  readonly acknowledged: ReadonlyMap<string, Revision>
  /** What the kill left open. */
  readonly open: readonly Commit[]
}

/** Three times: write with many, kill at a moment of chance, open again, compare. */
export const killStep: Step = {
  title: text(
    'Killed with -9 under writes, it opens again with everything that it acknowledged',
    '写入时被 kill -9，重新打开后所有已确认的写入都在',
  ),
  command: 'kill -9 PID; muster store serve --directory DIR',
  async play(stage) {
    const lines: Text[] = []
    const all = new Map<string, Revision>()
    for (let round = 1; round <= ROUNDS; round++) {
      const { acknowledged, open } = await writeAndKill(stage, round)
      expect(acknowledged.size > 0, 'some writes were acknowledged before the kill')
      await stage.start()
      for (const [key, revision] of acknowledged) all.set(key, revision)
      const { settledThere } = await settleOpen(stage, open, all)
      await compare(stage, all)
      const [kept, doubtful] = [acknowledged.size, open.length]
      lines.push(
        text(
          `kill ${round}: ${kept} acknowledged, all there; ${doubtful} in doubt, ${settledThere} of them durable; all settled by repeating`,
          `第 ${round} 次 kill：已确认 ${kept} 个，全部都在；存疑 ${doubtful} 个，其中 ${settledThere} 个已持久化；重复提交后全部有了结论`,
        ),
      )
    }
    return lines
  },
}

async function writeAndKill(stage: Stage, round: number): Promise<Round> {
  const acknowledged = new Map<string, Revision>()
  const open: Commit[] = []
  const store = stage.store()
  let killed = false
  const writer = async (number: number) => {
    for (let count = 0; !killed; count++) {
      const key = `kill/${round}/${number}/${count}`
      const commit: Commit = {
        token: newId(stage.random),
        guards: [{ guard: 'absent', key }],
        writes: [{ write: 'put', key, value: Buffer.from(`written by ${number}`) }],
        cause: { actor: `writer-${number}`, reason: 'tour' },
      }
      try {
        const outcome = await store.commit(commit)
        if (outcome.outcome === 'committed') acknowledged.set(key, outcome.revision)
        else open.push(commit)
      } catch {
        // Never sent: the server was gone already, and so nothing is in doubt.
        return
      }
    }
  }
  const writers = Array.from({ length: WRITERS }, (_, number) => writer(number))
  await stage.clock.sleep(milliseconds(between(stage.random, 300, 900)))
  await stage.kill()
  killed = true
  await Promise.all(writers)
  return { acknowledged, open }
}

/** Repeats what the kill left open, token and all; each is then durable exactly once. */
async function settleOpen(
  stage: Stage,
  open: readonly Commit[],
  all: Map<string, Revision>,
): Promise<{ settledThere: number }> {
  const { clock, random } = stage
  const store = stage.store()
  let settledThere = 0
  const { head } = await store.status()
  for (const commit of open) {
    const outcome = await settle({ store, clock, random, patience: seconds(5) }, commit)
    expect(outcome.outcome === 'committed', 'a commit in doubt is settled by repeating it')
    if (outcome.revision <= head) settledThere++
    for (const { key } of commit.writes) all.set(key, outcome.revision)
  }
  return { settledThere }
}

async function compare({ store }: Stage, all: ReadonlyMap<string, Revision>): Promise<void> {
  const { entries } = await store().range('kill/')
  const found = new Map(entries.map(({ key, revision }) => [key, revision]))
  for (const [key, revision] of all) expect(found.get(key) === revision, `${key} is there at revision ${revision}`)
  expect(found.size === all.size, 'nothing is there that nobody wrote')
}
