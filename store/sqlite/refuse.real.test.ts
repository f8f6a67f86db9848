/** Files that are newer, damaged, foreign or missing: refused by name, and no byte of them changed. */
import { equal, ok } from 'node:assert/strict'
import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import { checksumHolds } from '../codec.ts'
import { FRAME_HEADER_BYTES } from '../frame-bytes.ts'
import { FORMAT_VERSION, MANIFEST_FILE, segmentFile } from './format.ts'
import { entryOf, fillParts, openSmall, putOne } from './torture/cases.ts'
import { COMPILE_CACHE } from './torture/child.ts'
import { copyOf, fingerprints, newGround } from './torture/directory.ts'
import { expectRefused } from './torture/refusals.ts'

process.env.NODE_COMPILE_CACHE = COMPILE_CACHE
enableCompileCache(COMPILE_CACHE)

/** A store of three sealed parts and the present one, made once and copied for each case. */
const ground = newGround()
const original = join(ground.root, 'original')

/** Found before the needle of each part, so that it is known where a frame is. */
const NEEDLE = 'a needle in a page'
let sealed = ''
let present = ''

before(async () => {
  const store = await openSmall(original)
  await putOne(store, { token: 'first', key: 'first', value: NEEDLE })
  await fillParts(store, 2.5)
  await putOne(store, { token: 'last', key: 'last', value: NEEDLE })
  await fillParts(store, 0.1, 'after')
  await store.close()
  const holding = partsOf(original).filter((name) => readFileSync(join(original, name)).includes(NEEDLE))
  const [first = '', last = ''] = holding
  equal(holding.length, 2)
  ok(first !== last)
  sealed = first
  present = last
})

after(() => ground[Symbol.dispose]())

const partsOf = (directory: string) =>
  readdirSync(directory)
    .filter((name) => /^log-\d{8}\.db$/.test(name))
    .sort()

let copies = 0
const copy = () => copyOf(original, join(ground.root, `copy-${copies++}`))

interface Case {
  readonly name: string
  /** Breaks one file and answers its name, which the message has to tell. */
  readonly spoil: (directory: string) => string
}

const setVersion = (path: string, version: number) => {
  const database = new DatabaseSync(path)
  database.exec(`PRAGMA user_version = ${version}`)
  database.close()
}

const overwrite = (path: string, at: number, bytes: Uint8Array) => {
  const file = openSync(path, 'r+')
  writeSync(file, bytes, 0, bytes.length, at)
  closeSync(file)
}

/** Flips every bit of a few bytes at a distance from the needle. */
const flip = (path: string, fromNeedle: number, length = 3) => {
  const bytes = readFileSync(path)
  const at = bytes.indexOf(NEEDLE) + fromNeedle
  overwrite(
    path,
    at,
    Uint8Array.from(bytes.subarray(at, at + length), (byte) => byte ^ 0xff),
  )
}

/** Where the frame that holds the needle begins in the file: its checksum tells. */
const frameOf = (path: string): number => {
  const bytes = readFileSync(path)
  const needle = bytes.indexOf(NEEDLE)
  for (let at = needle; at > needle - 1000; at--) {
    const end = at + FRAME_HEADER_BYTES + bytes.readUInt32LE(at)
    if (end > needle && end < needle + 1000 && checksumHolds(bytes.subarray(at, end))) return at
  }
  throw new Error('the needle is in no frame')
}

const manifestOf = (directory: string) => join(directory, MANIFEST_FILE)

const cases: readonly Case[] = [
  {
    name: 'a manifest of a newer format',
    spoil: (directory) => {
      setVersion(manifestOf(directory), FORMAT_VERSION + 1)
      return MANIFEST_FILE
    },
  },
  {
    name: 'a manifest that is garbage',
    spoil: (directory) => {
      writeFileSync(manifestOf(directory), Buffer.alloc(16_384, 'no database at all '))
      return MANIFEST_FILE
    },
  },
  {
    name: 'a manifest that is garbage, and short',
    spoil: (directory) => {
      writeFileSync(manifestOf(directory), 'oops')
      return MANIFEST_FILE
    },
  },
  {
    name: 'an empty manifest beside parts',
    spoil: (directory) => {
      truncateSync(manifestOf(directory), 0)
      return MANIFEST_FILE
    },
  },
  {
    name: 'no manifest beside parts',
    spoil: (directory) => {
      rmSync(manifestOf(directory))
      return MANIFEST_FILE
    },
  },
  {
    name: 'a manifest cut to its first page',
    spoil: (directory) => {
      truncateSync(manifestOf(directory), 4096)
      return MANIFEST_FILE
    },
  },
  {
    name: 'a manifest cut in the middle of a page',
    spoil: (directory) => {
      truncateSync(manifestOf(directory), 4096 + 1000)
      return MANIFEST_FILE
    },
  },
  {
    name: 'a manifest with a page of garbage',
    spoil: (directory) => {
      overwrite(manifestOf(directory), 4096, Buffer.alloc(4096, 0xa5))
      return MANIFEST_FILE
    },
  },
  {
    name: 'a database of somebody else as the manifest',
    spoil: (directory) => {
      rmSync(manifestOf(directory))
      const database = new DatabaseSync(manifestOf(directory))
      database.exec('CREATE TABLE birds (name TEXT); INSERT INTO birds VALUES (1)')
      database.close()
      return MANIFEST_FILE
    },
  },
  {
    name: 'a part as the manifest',
    spoil: (directory) => {
      copyFileSync(join(directory, sealed), manifestOf(directory))
      return MANIFEST_FILE
    },
  },
  ...[
    { which: 'a sealed part', part: () => sealed },
    { which: 'the present part', part: () => present },
  ].flatMap(({ which, part }): Case[] => {
    const spoiled = (spoil: (path: string) => void) => (directory: string) => {
      spoil(join(directory, part()))
      return part()
    }
    return [
      { name: `${which} of a newer format`, spoil: spoiled((path) => setVersion(path, FORMAT_VERSION + 1)) },
      { name: `${which} is missing`, spoil: spoiled((path) => rmSync(path)) },
      { name: `${which} is empty`, spoil: spoiled((path) => truncateSync(path, 0)) },
      { name: `${which} is garbage`, spoil: spoiled((path) => writeFileSync(path, Buffer.alloc(20_000, 'garbage'))) },
      { name: `${which} is cut in half`, spoil: spoiled((path) => truncateSync(path, statSync(path).size / 2)) },
      {
        name: `${which} is cut by one page`,
        spoil: spoiled((path) => truncateSync(path, statSync(path).size - 16_384)),
      },
      { name: `${which} has flipped bytes in a value`, spoil: spoiled((path) => flip(path, 4)) },
      { name: `${which} has flipped bytes before a value`, spoil: spoiled((path) => flip(path, -20)) },
      {
        name: `${which} has a lost sector of zeros`,
        spoil: spoiled((path) => {
          const at = readFileSync(path).indexOf(NEEDLE)
          overwrite(path, Math.floor((at + 4096) / 4096) * 4096, Buffer.alloc(4096))
        }),
      },
      {
        name: `${which} has a frame header of zeros`,
        // A length of 0 is how the log says that it ends; but more comes after it.
        spoil: spoiled((path) => overwrite(path, frameOf(path), Buffer.alloc(FRAME_HEADER_BYTES))),
      },
      {
        name: `${which} is a database of somebody else`,
        spoil: spoiled((path) => {
          rmSync(path)
          const database = new DatabaseSync(path)
          database.exec('CREATE TABLE birds (name TEXT)')
          database.close()
        }),
      },
    ]
  }),
  {
    name: 'the present part is a copy of a sealed one',
    spoil: (directory) => {
      copyFileSync(join(directory, sealed), join(directory, present))
      return present
    },
  },
]

for (const { name, spoil } of cases) {
  test(`store sqlite: ${name}: refused, named, untouched`, async () => {
    const directory = copy()
    const named = spoil(directory)
    await expectRefused(directory, named)
    // Asking again changes nothing either.
    await expectRefused(directory, named)
    rmSync(directory, { recursive: true })
  })
}

test('store sqlite: unspoiled, the same copy opens', async () => {
  const directory = copy()
  const store = await openSmall(directory)
  equal((await entryOf(store, 'first'))?.value.length, NEEDLE.length)
  equal((await entryOf(store, 'last'))?.value.length, NEEDLE.length)
  await store.close()
})

test("store sqlite: leftovers of an unfinished part go at the next open, and nobody else's file does", async () => {
  const directory = copy()
  writeFileSync(join(directory, 'notes.txt'), 'mine')
  writeFileSync(join(directory, 'log-1.db'), 'not of the form of a part')
  const leftover = segmentFile(99_999_999)
  for (const suffix of ['', '-wal', '-shm', '-journal']) writeFileSync(join(directory, leftover + suffix), 'half')
  const { 'notes.txt': notes, 'log-1.db': other } = fingerprints(directory)
  const store = await openSmall(directory)
  await store.close()
  equal(fingerprints(directory)['notes.txt'], notes)
  equal(fingerprints(directory)['log-1.db'], other)
  for (const suffix of ['', '-wal', '-shm', '-journal']) ok(!existsSync(join(directory, leftover + suffix)), suffix)
})

test('store sqlite: a start that was cut short before anything was written is no obstacle', async () => {
  for (const bytes of ['', 'journal']) {
    const directory = join(ground.root, `fresh-${copies++}`)
    const store = await openSmall(directory)
    await store.close()
    for (const name of readdirSync(directory)) rmSync(join(directory, name))
    // SQLite makes the file empty, and fills it at the end of the first transaction.
    writeFileSync(manifestOf(directory), '')
    if (bytes) writeFileSync(`${manifestOf(directory)}-journal`, '')
    const again = await openSmall(directory)
    await putOne(again, { token: 'a', key: 'a', value: 'a' })
    await again.close()
  }
})
