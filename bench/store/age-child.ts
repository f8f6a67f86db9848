/** A process that grows a store old, or opens an old one and asks it what only a store with a history is asked. */
import { seconds } from '@muster/base/clock.ts'
import { assert } from '@muster/base/errors.ts'
import { between, seededRandom } from '@muster/base/random.ts'
import { systemClock } from '@muster/base/system.ts'
import type { Revision, Store, StoreStatus } from '@muster/store/store.ts'
import { serveParent } from '../harness/child.ts'
import type { EngineName } from '../harness/settings.ts'
import { type Spread, samples, spread } from '../harness/statistics.ts'
import { type Acknowledged, acknowledged, type Promised, verify } from './acknowledged.ts'
import { openEngine } from './engines.ts'
import { load } from './load.ts'
import { musterSubject } from './muster-subject.ts'
import { keyOf, PREFIX } from './records.ts'
import { startWriters, type WriterRate } from './writers.ts'

/** How old to grow a store. */
export interface Growth {
  readonly keys: number
  readonly revisions: number
  readonly valueBytes: number
}

/** What opening showed. */
export interface Opened {
  readonly openMs: number
  readonly rssBytes: number
  readonly status: StoreStatus
}

/** What questions about the past took, in milliseconds. */
export interface PastRead {
  readonly history: Spread
  /** Pages of 100 keys as of a random revision. */
  readonly rangeAt: Spread
}

/** What a compaction did while writers were at work. */
export interface Compacted {
  readonly compactMs: number
  readonly before: WriterRate
  readonly during: WriterRate
  readonly commitsPerSecondBefore: number
  readonly commitsPerSecondDuring: number
  readonly statusBefore: StoreStatus
  readonly statusAfter: StoreStatus
}

const PAGE_KEYS = 100
const WRITERS = 64

let held: Store | undefined
let book: Acknowledged | undefined

async function open({
  engine,
  directory,
}: {
  readonly engine: EngineName
  readonly directory: string
}): Promise<Opened> {
  const begun = performance.now()
  held = await openEngine(engine, directory)
  const openMs = performance.now() - begun
  return { openMs, rssBytes: process.memoryUsage.rss(), status: await held.status() }
}

/** Answers how many revisions it wrote a second, in commits of 100. */
async function grow({ keys, revisions, valueBytes }: Growth): Promise<number> {
  book = acknowledged(valueBytes)
  const begun = performance.now()
  await load(musterSubject(store()), book, keys, revisions)
  return (revisions / (performance.now() - begun)) * 1000
}

async function readPast({ keys, times }: { readonly keys: number; readonly times: number }): Promise<PastRead> {
  const random = seededRandom(3)
  const { head, horizon } = await store().status()
  const histories = samples()
  const pages = samples()
  for (let turn = 0; turn < times; turn++) {
    const begun = performance.now()
    const versions = await store().history(keyOf(between(random, 0, keys - 1)))
    histories.add(performance.now() - begun)
    assert(versions.length > 0, 'a key that was written has a history')
  }
  for (let turn = 0; turn < times; turn++) {
    const at = revision(between(random, Math.max(1, horizon), head))
    const from = keyOf(between(random, 0, keys - 1))
    const begun = performance.now()
    await store().range(PREFIX, { at, from, limit: PAGE_KEYS })
    pages.add(performance.now() - begun)
  }
  return { history: spread(histories), rangeAt: spread(pages) }
}

/** Raises the horizon to the head of the moment while writers are at it. Takes over the book of an earlier process. */
async function compact({
  past,
  calmSeconds,
}: {
  readonly past: Past
  readonly calmSeconds: number
}): Promise<Compacted> {
  const subject = musterSubject(store())
  const written = restored(past)
  book = written
  const writers = startWriters(subject, written, { act: 'update', writers: WRITERS })
  await systemClock.sleep(seconds(calmSeconds))
  writers.begin()
  const calmFrom = performance.now()
  await systemClock.sleep(seconds(calmSeconds))
  const before = writers.end()
  const statusBefore = await store().status()
  writers.begin()
  const begun = performance.now()
  await store().compact({ horizon: statusBefore.head })
  const compactMs = performance.now() - begun
  const during = writers.end()
  const statusAfter = await store().status()
  await writers.stop()
  return {
    compactMs,
    before,
    during,
    commitsPerSecondBefore: (before.commits / (begun - calmFrom)) * 1000,
    commitsPerSecondDuring: (during.commits / compactMs) * 1000,
    statusBefore,
    statusAfter,
  }
}

/** What the process that wrote hands to the one that writes on. */
export interface Past extends Promised {
  /** By key number: the revision of the last acknowledged write. */
  readonly revisions: Float64Array
  readonly lastSequence: number
}

async function past(): Promise<Past> {
  const from = written()
  const revisions = Float64Array.from({ length: from.keys }, (_, index) => from.revisionOf(index))
  return { ...from.promised(), revisions, lastSequence: from.lastSequence }
}

function restored({ sequences, revisions, valueBytes, lastSequence }: Past): Acknowledged {
  const fresh = acknowledged(valueBytes, lastSequence)
  for (const [index, sequence] of sequences.entries()) fresh.record(index, sequence, revisions[index] ?? 0)
  return fresh
}

const check = (promised: Promised): Promise<number> => verify(musterSubject(store()), promised)

const close = (): Promise<void> => store().close()

function store(): Store {
  assert(held !== undefined, 'a store is opened before it is used')
  return held
}

function written(): Acknowledged {
  assert(book !== undefined, 'a store is grown before it is asked what it promised')
  return book
}

const revision = (number: number): Revision => number as Revision

const calls = { open, grow, past, readPast, compact, check, close }

/** What the parent may call. */
export type AgeCalls = typeof calls

serveParent(calls)
