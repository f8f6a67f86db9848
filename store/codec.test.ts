import { deepEqual, equal, throws } from 'node:assert/strict'
import { test } from 'node:test'
import { instant, seconds } from '@muster/base/clock.ts'
import {
  checksumHolds,
  decodeFrame,
  eachCommit,
  encodeFrame,
  readFrameHeader,
  sealFrame,
  versionsInCommit,
} from './codec.ts'
import { FRAME_HEADER_BYTES } from './frame-bytes.ts'
import type { LogRecord } from './record.ts'
import type { Revision } from './store.ts'

const at = (revision: number) => revision as Revision

const group: LogRecord[] = [
  {
    record: 'state',
    id: 'abc',
    above: at(2 ** 40),
    jumps: true,
    horizon: at(3),
    keep: [],
    leases: [{ lease: 'l0', ttl: seconds(5) }],
  },
  { record: 'lease-granted', lease: 'l1', ttl: seconds(10) },
  {
    record: 'commit',
    token: 'τ-1',
    cause: { actor: 'ada', reason: '试一试 𝄞', after: at(7), details: '{"为何":1}' },
    time: instant(1_800_000_000_123),
    first: at(2 ** 52),
    last: at(2 ** 52 + 1),
    writes: [
      {
        write: 'put',
        entry: {
          key: 'ä',
          revision: at(2 ** 52),
          value: Buffer.from([0, 255]),
          createRevision: at(3),
          version: 9,
          lease: 'l1',
        },
        previous: at(8),
      },
      { write: 'none', key: 'a/none' },
      { write: 'delete', key: 'b', revision: at(2 ** 52 + 1), previous: at(5) },
    ],
  },
  {
    record: 'commit',
    token: 't',
    cause: { actor: 'a', reason: 'r' },
    time: instant(0),
    first: at(1),
    last: at(1),
    writes: [
      {
        write: 'put',
        entry: { key: 'k', revision: at(1), value: Buffer.alloc(0), createRevision: at(1), version: 1 },
        previous: at(0),
      },
    ],
  },
  { record: 'lease-ended', lease: 'l1' },
  {
    record: 'tokens',
    answers: [{ token: 't', answer: { outcome: 'committed', revision: at(9), revisions: [at(9), undefined] } }],
  },
  { record: 'horizon', horizon: at(12), keep: [{ prefix: 'a/', versions: 3, since: at(4) }] },
]

test('a frame gives back the records that it was made of', () => {
  const frame = encodeFrame(group)
  sealFrame(frame)
  deepEqual(readFrameHeader(frame), { payloadBytes: frame.length - FRAME_HEADER_BYTES, firstRevision: 2 ** 52 })
  equal(checksumHolds(frame), true)
  deepEqual(decodeFrame(frame), group)
})

test('a single bit that turned is seen', () => {
  const frame = encodeFrame(group)
  sealFrame(frame)
  for (const at of [8, FRAME_HEADER_BYTES, frame.length >> 1, frame.length - 1]) {
    const damaged = Buffer.from(frame)
    damaged[at] = (damaged[at] ?? 0) ^ 1
    equal(checksumHolds(damaged), false)
  }
})

test('a record of a kind that this Muster does not know is refused', () => {
  throws(() => decodeFrame(Buffer.concat([Buffer.alloc(FRAME_HEADER_BYTES), Buffer.from([99])])), {
    code: 'StorageRefused',
  })
})

test('versions are found without reading what is not wanted', () => {
  const frame = encodeFrame(group)
  const places: [first: number, offset: number][] = []
  eachCommit(frame, (first, offset) => places.push([first, offset]))
  deepEqual(
    places.map(([first]) => first),
    [2 ** 52, 1],
  )
  const found = (commit: number, ...revisions: number[]) =>
    versionsInCommit(frame.subarray(places[commit]?.[1]), new Set(revisions.map(at))).map(({ commit: of, write }) => [
      of.token,
      write.write,
    ])
  deepEqual(found(0, 2 ** 52), [['τ-1', 'put']])
  deepEqual(found(0, 2 ** 52 + 1, 1), [['τ-1', 'delete']])
  deepEqual(found(1, 1), [['t', 'put']])
  deepEqual(found(1, 99), [])
})
