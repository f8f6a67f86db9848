/** Writing with reasons, losing a race, and looking back. */
import type { Revision } from '@muster/store/store.ts'
import { find } from '../store-commands/find.ts'
import { historyLines } from '../store-commands/history.ts'
import { showValue } from '../store-commands/show-value.ts'
import { same, type Text, text } from '../terminal/language.ts'
import { expect } from '../tour/play.ts'
import { commitOne, putText, type Stage, type Step } from './stage.ts'

const KEY = 'shop/web'

/** What the rest of the tour looks back at. */
const WRITES = [
  ['{"image":"web:1.4.0","replicas":2}', 'li@desk', 'first release'],
  ['{"image":"web:1.4.0","replicas":6}', 'wang@desk', 'scale for the sale'],
  ['{"image":"web:1.5.0","replicas":6}', 'li@desk', 'ship the new cart'],
] as const

/** Three writes, each acknowledged only once it is durable. */
export const writeStep: Step = {
  title: text(
    'Every write is durable, has a revision of its own, and says why',
    '每次写入都已持久化，有自己的修订号，并说明原因',
  ),
  command: `muster store put ${KEY} '{"image":"web:1.4.0",…}' --reason "first release"`,
  async play(stage) {
    const lines: Text[] = []
    let last = 0
    for (const [value, actor, reason] of WRITES) {
      const revision = await putText(stage, KEY, value, actor, reason)
      expect(revision > last, 'revisions only grow')
      last = revision
      lines.push(text(`revision ${revision}  ${value}`, `修订号 ${revision}  ${value}`))
    }
    return lines
  },
}

/** Two writers saw the same revision; one of them is told. */
export const conflictStep: Step = {
  title: text(
    'Of two who saw the same revision, the second is told and writes nothing',
    '两人看到同一修订号，后写者会被告知，且不会写入',
  ),
  command: `muster store put ${KEY} … --if-revision N`,
  async play(stage) {
    const seen = await find(stage.store(), KEY)
    expect(seen !== undefined, `${KEY} is there`)
    const put = (value: string, actor: string, reason: string) =>
      commitOne(stage, {
        write: { write: 'put', key: KEY, value: Buffer.from(value) },
        actor,
        reason,
        ifRevision: seen.revision,
      })
    const first = await put('{"image":"web:1.5.0","replicas":4}', 'wang@desk', 'the sale is over')
    const second = await put('{"image":"web:1.4.0","replicas":6}', 'li@desk', 'roll back')
    expect(first.outcome === 'committed', 'the first is acknowledged')
    expect(second.outcome === 'conflict', 'the second is refused')
    expect(second.revision === first.revision, 'the second learns the revision that came between')
    const now = await find(stage.store(), KEY)
    expect(now?.revision === first.revision, 'the second wrote nothing')
    const [won, lost] = [first.revision, second.revision]
    return [
      text(`wang@desk: revision ${won}`, `wang@desk：修订号 ${won}`),
      text(
        `li@desk:   conflict, it is at ${lost} and not at ${seen.revision}`,
        `li@desk：冲突，它位于 ${lost}，而不是 ${seen.revision}`,
      ),
    ]
  },
}

/** Every version, with who and why. */
export const historyStep: Step = {
  title: text(
    'The history of a key tells when, who, why, and what changed',
    '一个键的历史说明何时、谁、为何、改了什么',
  ),
  command: `muster store history ${KEY}`,
  async play({ store, terminal }) {
    const versions = await store().history(KEY)
    expect(versions.length === WRITES.length + 1, 'every version is kept')
    for (const [index, [, actor, reason]] of WRITES.entries()) {
      const cause = versions[index]?.cause
      expect(cause?.actor === actor && cause.reason === reason, 'every version keeps its cause')
    }
    return historyLines(versions, terminal).map(same)
  },
}

/** The past is still there, exactly. */
export const asOfStep: Step = {
  title: text('Everything can be read as it was at any revision', '可以读取任意修订号时的全部内容'),
  command: `muster store get --prefix shop/ --at N`,
  async play(stage) {
    const versions = await stage.store().history(KEY)
    const lines: Text[] = []
    for (const [index, [value]] of WRITES.entries()) {
      const at = versions[index]?.revision
      expect(at !== undefined, 'the history names the revision')
      lines.push(await readAt(stage, at, value))
    }
    return lines
  },
}

async function readAt({ store }: Stage, at: Revision, value: string): Promise<Text> {
  const { entries, revision } = await store().range('shop/', { at })
  const [entry] = entries
  expect(revision === at && entries.length === 1 && entry !== undefined, `one key is there at revision ${at}`)
  expect(showValue(entry.value) === value, `revision ${at} reads as it was written`)
  return text(`at ${at}: ${value}`, `在 ${at}：${value}`)
}
