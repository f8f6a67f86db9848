/**
 * Cuts the write-ahead log of a killed store at lengths that a power cut could leave, and opens what is left.
 *
 *     frames      ┊h┊ 1 ┊ 2   3 ┊ 4 ┊ 5   6   7 ┊        ┊ ends a commit
 *     cut here                ▲                          frames 1: the first commit, and nothing of the second
 */
import { equal, ok } from 'node:assert/strict'
import { readdirSync, rmSync, statSync, truncateSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { hasCode } from '@muster/base/errors.ts'
import { between, seededRandom } from '@muster/base/random.ts'
import { decodeFrame } from '../codec.ts'
import { Segment } from './segment.ts'
import { Tape } from './tape.ts'
import { openSmall, putOne } from './torture/cases.ts'
import { COMPILE_CACHE, startChild } from './torture/child.ts'
import { copyOf, newGround } from './torture/directory.ts'
import { checkPrefix, SERIES_COMMITS, series } from './torture/series.ts'
import { walFrameEnds } from './torture/wal.ts'

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))

/** Lengths at which the whole store is opened, beside those at the frames' ends. */
const OPENED_LENGTHS = 40
/** Lengths at which only the tape is read. */
const READ_LENGTHS = 400

process.env.NODE_COMPILE_CACHE = COMPILE_CACHE
enableCompileCache(COMPILE_CACHE)

const ground = newGround()
const killed = join(ground.root, 'killed')
const random = seededRandom(SEED)
let wal = ''
let ends: readonly number[] = []

before(async () => {
  const child = startChild<{ say: 'done' }>(new URL('./torture/series-program.ts', import.meta.url))
  child.tell({ directory: killed })
  await child.hear(({ say }) => say === 'done')
  await child.kill()
  const wals = readdirSync(killed).filter((name) => name.endsWith('-wal') && statSync(join(killed, name)).size > 0)
  equal(wals.length, 1, `one part is written: ${wals}`)
  wal = wals[0] ?? ''
  ends = walFrameEnds(join(killed, wal))
  // Commits of one page and of several: otherwise the cuts prove little.
  ok(ends.length > SERIES_COMMITS + 5, `only ${ends.length} frames in ${wal}`)
})

after(() => ground[Symbol.dispose]())

const aroundEnds = () => ends.flatMap((end) => [end - 1, end, end + 1]).filter((length) => length >= 0)
const chosen = (count: number) => Array.from({ length: count }, () => between(random, 0, (ends.at(-1) ?? 0) + 100))
const descending = (lengths: readonly number[]) => [...new Set(lengths)].sort((one, other) => other - one)

test('store sqlite: uncut, every acknowledged commit is there', async () => {
  const directory = copyOf(killed, join(ground.root, 'uncut'))
  const store = await openSmall(directory)
  equal(await checkPrefix(store), SERIES_COMMITS)
  await store.close()
})

test('store sqlite: with its write-ahead log cut, it opens with whole commits from the first on, or refuses', async (context) => {
  const directory = join(ground.root, 'cut')
  const seen = new Set<number>()
  let countBefore = SERIES_COMMITS
  let refused = 0
  for (const length of descending([...aroundEnds(), ...chosen(OPENED_LENGTHS), 0])) {
    rmSync(directory, { recursive: true, force: true })
    copyOf(killed, directory)
    truncateSync(join(directory, wal), length)
    const which = `SEED=${SEED}, cut at ${length} of ${ends.at(-1)}`
    try {
      const store = await openSmall(directory)
      const count = await checkPrefix(store)
      ok(count <= countBefore, `${count} commits are there, and ${countBefore} with a longer log`)
      countBefore = count
      seen.add(count)
      // It is a store like any other: it goes on, and opens again.
      const revision = await putOne(store, { token: 'after', key: 'after', value: 'x' })
      await store.close()
      const again = await openSmall(directory)
      equal((await again.status()).head, revision)
      await again.close()
    } catch (error) {
      if (!hasCode(error, 'StorageRefused')) throw new Error(`${which}: ${error}`, { cause: error })
      refused++
    }
  }
  context.diagnostic(`${refused} lengths were refused, ${seen.size} different prefixes opened`)
  ok(seen.size >= SERIES_COMMITS, `only ${seen.size} different prefixes were seen`)
})

test('store sqlite: the tape alone, cut at every byte of a frame and at many other lengths, holds whole frames only', () => {
  const directory = copyOf(killed, join(ground.root, 'tape'))
  const part = join(directory, wal.replace(/-wal$/, ''))
  // A frame in the middle of a commit of several; near the beginning, because all before it is read each time.
  const [from = 0, to = 0] = ends.slice(3, 5)
  const everyByte = Array.from({ length: to - from + 1 }, (_, at) => from + at)
  const tokens = series().map(({ token }) => token)
  let countBefore = tokens.length
  const seen = new Set<number>()
  for (const length of descending([...aroundEnds(), ...chosen(READ_LENGTHS), ...everyByte])) {
    truncateSync(join(directory, wal), length)
    const tape = Tape.read(part)
    const found: string[] = []
    for (const frame of new Segment(tape).frames()) {
      for (const record of decodeFrame(frame)) if (record.record === 'commit') found.push(record.token)
    }
    tape.close()
    const context = `SEED=${SEED}, cut at ${length}`
    equal(found.join(), tokens.slice(0, found.length).join(), context)
    ok(found.length <= countBefore, `${context}: ${found.length} commits, and ${countBefore} with a longer log`)
    countBefore = found.length
    seen.add(found.length)
  }
  equal(seen.size, tokens.length + 1, 'each prefix, from none to all')
})
