/** An old store: how it opens, what questions about the past take, and what compaction does to writers. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Bench } from '../harness/bench.ts'
import { startChild } from '../harness/child.ts'
import { medians } from '../harness/pairs.ts'
import { figure, type Row } from '../harness/result.ts'
import { scratch } from '../harness/scratch.ts'
import type { AgeCalls } from './age-child.ts'

const VALUE_BYTES = 1024
const CHILD = new URL('./age-child.ts', import.meta.url)
const MIB = 2 ** 20

/** Opening, the past and compaction. Ours alone: etcd keeps no history to ask for. */
export const ageBench: Bench = {
  name: 'age',
  group: 'store',
  about: 'a store with a long history: opening, questions about the past, compaction beside 64 closed-loop writers',
  run: async ({ settings, directory, progress }) => {
    const { engine, keys, revisions, quick, pairs } = settings
    if (engine === 'memory') return [{ title: 'age', columns: [], rows: [], notes: ['left out: memory does not age'] }]
    const opened: Row[] = []
    const compacted: Row[] = []
    for (let round = 0; round < pairs; round++) {
      using temporary = scratch(directory)
      const at = { engine, directory: join(temporary.directory, 'data') }
      mkdirSync(at.directory)

      progress(`${revisions} revisions over ${keys} keys, run ${round + 1}`)
      await using grower = startChild<AgeCalls>(CHILD)
      await grower.call('open', at)
      const grown = await grower.call('grow', { keys, revisions, valueBytes: VALUE_BYTES })
      const past = await grower.call('past', undefined)
      await grower.call('close', undefined)
      await grower.kill()

      await using reader = startChild<AgeCalls>(CHILD)
      const { openMs, rssBytes, status } = await reader.call('open', at)
      const { history, rangeAt } = await reader.call('readPast', { keys, times: quick ? 20 : 1_000 })
      opened.push({
        revisions,
        keys,
        grown,
        open: openMs,
        rss: rssBytes / MIB,
        file: status.fileBytes / MIB,
        live: status.liveBytes / MIB,
        'history p50': history.p50,
        'history p99': history.p99,
        'at p50': rangeAt.p50,
        'at p99': rangeAt.p99,
      })

      progress(`compaction under load, run ${round + 1}`)
      const calmSeconds = Math.min(1, settings.seconds)
      const did = await reader.call('compact', { past, calmSeconds })
      const promised = await reader.call('past', undefined)
      await reader.kill()
      await using checker = startChild<AgeCalls>(CHILD)
      const again = await checker.call('open', at)
      await checker.call('check', promised)
      await checker.call('close', undefined)
      compacted.push({
        took: did.compactMs,
        'commits before': did.commitsPerSecondBefore,
        'commits during': did.commitsPerSecondDuring,
        'max before': did.before.latency.max,
        'max during': did.during.latency.max,
        'max gap before': did.before.longestGapMs,
        'max gap during': did.during.longestGapMs,
        'versions before': did.statusBefore.versions,
        'versions after': did.statusAfter.versions,
        'file before': did.statusBefore.fileBytes / MIB,
        'file after': did.statusAfter.fileBytes / MIB,
        'open after': again.openMs,
      })
    }
    return [
      {
        title: 'an old store',
        columns: [
          figure('revisions', ''),
          figure('keys', ''),
          figure('grown', 'rev/s'),
          figure('open', 'ms'),
          figure('rss', 'MiB'),
          figure('file', 'MiB', 1),
          figure('live', 'MiB', 1),
          figure('history p50', 'ms', 3),
          figure('history p99', 'ms', 3),
          figure('at p50', 'ms', 3),
          figure('at p99', 'ms', 3),
        ],
        rows: [medians(opened)],
        runs: opened,
        notes: [
          'opened by a fresh process after a clean close, its file still in the page cache; rss right after',
          'history: all versions of one random key; at: a page of 100 keys as of a random revision; one question at a time',
        ],
      },
      {
        title: 'compaction up to the head, beside 64 closed-loop writers of 1 KiB',
        columns: [
          figure('took', 'ms'),
          figure('commits before', '/s'),
          figure('commits during', '/s'),
          figure('max before', 'ms', 1),
          figure('max during', 'ms', 1),
          figure('max gap before', 'ms', 1),
          figure('max gap during', 'ms', 1),
          figure('versions before', ''),
          figure('versions after', ''),
          figure('file before', 'MiB', 1),
          figure('file after', 'MiB', 1),
          figure('open after', 'ms'),
        ],
        rows: [medians(compacted)],
        runs: compacted,
        notes: [
          'max: the longest commit; max gap: the longest time in which no commit was acknowledged; before: without compaction',
          'open after: by a fresh process after kill -9, which then compares every key byte by byte',
        ],
      },
    ]
  },
}
