import { deepEqual, equal, throws } from 'node:assert/strict'
import { test } from 'node:test'
import { hasCode } from '@muster/base/errors.ts'
import fc from 'fast-check'
import { encodeObject } from './envelope.ts'
import { decodeWatchFrame, encodeWatchFrame, FRAME_BYTES_MAX, frameCutter } from './watch-frames.ts'

const pod = (name: string) => encodeObject({ apiVersion: 'v1', kind: 'Pod', metadata: { name } })

test('a frame is a length, a type, and an object in its envelope', () => {
  // Source: k8s.io/api testdata/HEAD/core.v1.WatchEvent.pb, with another object in it.
  const frame = Buffer.from(encodeWatchFrame({ type: 'typeValue', object: Buffer.from('{}') })).toString('hex')
  equal(frame, '00000011' + '0a09747970655661' + '6c7565' + '1204' + '0a027b7d')
})

test('frames come out of a stream as they went in, wherever it was cut', () => {
  const events = ['ADDED', 'MODIFIED', 'BOOKMARK'].map((type, place) => ({ type, object: pod(`${place}`.repeat(200)) }))
  const stream = Buffer.concat(events.map(encodeWatchFrame))
  fc.assert(
    fc.property(fc.array(fc.nat(stream.length), { maxLength: 20 }), (places) => {
      const cuts = [0, ...places.sort((one, other) => one - other), stream.length]
      const cut = frameCutter()
      const frames = cuts.flatMap((from, place) => cut(stream.subarray(from, cuts[place + 1] ?? from)))
      deepEqual(
        frames.map(decodeWatchFrame).map(({ type, object }) => ({ type, object: Buffer.from(object) })),
        events.map(({ type, object }) => ({ type, object: Buffer.from(object) })),
      )
    }),
  )
})

test('a stream of single bytes is cut as well', () => {
  const stream = encodeWatchFrame({ type: 'ADDED', object: pod('a') })
  const cut = frameCutter()
  const frames = [...stream].flatMap((byte) => cut(Uint8Array.of(byte)))
  deepEqual(frames.length, 1)
})

test('a frame beyond the limit is refused by its length', () => {
  const head = Buffer.alloc(4)
  head.writeUInt32BE(FRAME_BYTES_MAX)
  deepEqual(frameCutter()(head), [])
  head.writeUInt32BE(FRAME_BYTES_MAX + 1)
  throws(
    () => frameCutter()(head),
    (error) => hasCode(error, 'TooLarge'),
  )
})

test('a malformed frame is a bad request', () => {
  throws(
    () => decodeWatchFrame(Uint8Array.of(0x0a, 0x05)),
    (error) => hasCode(error, 'BadRequest'),
  )
})
