/** A process that holds one store, drives a workload at it, measures, and can be killed. */
import { seconds } from '@muster/base/clock.ts'
import { assert } from '@muster/base/errors.ts'
import { systemClock } from '@muster/base/system.ts'
import { etcdSubject } from '../etcd/subject.ts'
import { serveParent } from '../harness/child.ts'
import { startMeter, type Usage } from '../harness/usage.ts'
import { type Acknowledged, acknowledged, type Promised, verify } from './acknowledged.ts'
import { openEngine } from './engines.ts'
import { load } from './load.ts'
import { musterSubject } from './muster-subject.ts'
import { type ReaderRate, type ReaderSettings, startReaders } from './readers.ts'
import type { Address, Subject } from './subject.ts'
import { startWatchers, type WatcherRate } from './watchers.ts'
import { startWriters, type WriterRate, type WriterSettings } from './writers.ts'

/** Where to begin: an empty store, filled with so many keys. */
export interface Opening {
  readonly address: Address
  readonly keys: number
  readonly valueBytes: number
}

/** Who is at work during one window. */
export interface Workload {
  readonly warmSeconds: number
  readonly seconds: number
  readonly writers?: Omit<WriterSettings, 'began'>
  readonly readers?: Omit<ReaderSettings, 'valueBytes'>
  /** How many watch everything. */
  readonly watchers?: number
}

/** What one window showed. */
export interface Measured {
  readonly usage: Usage
  readonly written?: WriterRate
  readonly read?: ReaderRate
  readonly watched?: WatcherRate
}

/** A peer under full load has been seen a second behind; half a minute behind is lost. */
const ARRIVAL_WITHIN = seconds(30)

let held: { readonly address: Address; readonly subject: Subject; readonly book: Acknowledged } | undefined

async function open({ address, keys, valueBytes }: Opening): Promise<void> {
  const subject = await subjectAt(address)
  const book = acknowledged(valueBytes)
  held = { address, subject, book }
  await load(subject, book, keys)
}

async function run(workload: Workload): Promise<Measured> {
  const { address, subject, book } = opened()
  const watchers =
    workload.watchers === undefined
      ? undefined
      : await startWatchers(subject, {
          watchers: workload.watchers,
          lastSequence: book.lastSequence,
          arrivalWithin: ARRIVAL_WITHIN,
        })
  const writers =
    workload.writers && startWriters(subject, book, { ...workload.writers, ...(watchers && { began: watchers.began }) })
  const readers = workload.readers && startReaders(subject, { ...workload.readers, valueBytes: book.valueBytes })
  await systemClock.sleep(seconds(workload.warmSeconds))
  const meter = startMeter(address.subject === 'etcd' ? address.pid : undefined)
  for (const load of [writers, readers, watchers]) load?.begin()
  await systemClock.sleep(seconds(workload.seconds))
  const usage = meter.stop()
  const written = writers?.end()
  const read = readers?.end()
  const watched = watchers?.end()
  await readers?.stop()
  await writers?.stop()
  await watchers?.stop(book.lastSequence)
  return { usage, ...(written && { written }), ...(read && { read }), ...(watched && { watched }) }
}

/** All that the store has acknowledged to this process. Nothing is under way when it is asked for. */
const promised = async (): Promise<Promised> => opened().book.promised()

/** Compares a store with what was promised. Without an address: the store that this process holds. */
async function check(job: { readonly address?: Address; readonly promised: Promised }): Promise<number> {
  if (job.address === undefined) return verify(opened().subject, job.promised)
  const subject = await subjectAt(job.address)
  try {
    return await verify(subject, job.promised)
  } finally {
    await subject.close()
  }
}

async function subjectAt(address: Address): Promise<Subject> {
  if (address.subject === 'etcd') return etcdSubject(address)
  return musterSubject(await openEngine(address.engine, address.directory))
}

function opened() {
  assert(held !== undefined, 'a store is opened before it is used')
  return held
}

const calls = { open, run, promised, check }

/** What the parent may call. */
export type StoreCalls = typeof calls

serveParent(calls)
