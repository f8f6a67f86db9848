/** What is erased is not in the files any more: they are read as whoever steals the disk would. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { milliseconds } from '@muster/base/clock.ts'
import { between, seededRandom } from '@muster/base/random.ts'
import { systemClock, systemRandom } from '@muster/base/system.ts'
import { at, commitOf, del, put, write } from '../contract/words.ts'
import { openSqliteStore } from './open.ts'
import { openSmall } from './torture/cases.ts'
import { startChild } from './torture/child.ts'
import { newGround } from './torture/directory.ts'
import { type EraserSaid, SECRET } from './torture/eraser-program.ts'

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
const ROUNDS = Number(process.env.ROUNDS ?? 6)

test('what is erased is in no file, while others write, and every other version stays', async () => {
  const root = mkdtempSync(join(tmpdir(), 'muster-erase-'))
  const directory = join(root, 'store')
  const settings = { directory, clock: systemClock, random: systemRandom, partBytesMax: 8 * 1024 * 1024 }
  try {
    const store = await openSqliteStore(settings)
    const filler = 'x'.repeat(60_000)
    // Enough for several parts, with a version of the secret in each.
    for (let round = 0; round < 300; round++) {
      if (round % 50 === 0) await write(store, put('secret', `PASSWORD-NUMBER-${round}`), put('neighbour', `n${round}`))
      await write(store, put(`filler-${round % 7}`, filler))
    }
    let stop = false
    let written = 0
    const others = (async () => {
      while (!stop) {
        await store.commit(await commitOf(store, [put('busy', String(written++))]))
      }
    })()
    equal(await store.erase('secret'), 5)
    await write(store, del('secret'))
    equal(await store.erase('secret'), 6)
    stop = true
    await others
    ok(written > 0)
    const head = await store.head()
    const status = await store.status()
    await store.close()

    for (const name of readdirSync(directory)) {
      equal(readFileSync(join(directory, name)).includes('PASSWORD-NUMBER'), false, name)
    }
    const again = await openSqliteStore(settings)
    equal(await again.head(), head)
    equal((await again.status()).versions, status.versions)
    equal((await again.history('neighbour')).length, 6)
    equal((await again.history('secret')).filter((version) => version.version === 'put' && version.erased).length, 6)
    equal((await again.range('filler', { at: at(10) })).entries.length, 7)
    await again.close()
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
})

const ERASER = new URL('./torture/eraser-program.ts', import.meta.url)

test(`killed with -9 in ${ROUNDS} rounds while it erases, a store forgets all that was to be forgotten, or none of it`, async () => {
  const random = seededRandom(SEED)
  using ground = newGround()
  const directory = join(ground.root, 'store')
  const forgotten = new Set<number>()
  let inDoubt = 0
  for (let round = 0; round < ROUNDS; round++) {
    const where = `SEED=${SEED}, round ${round}`
    const child = startChild<EraserSaid>(ERASER)
    child.tell({ directory, name: `r${round}` })
    await child.hear(({ say }) => say === 'erasing')
    await systemClock.sleep(milliseconds(between(random, 0, 150)))
    await child.kill()
    const said = child.heard
    deepEqual(
      said.filter(({ say }) => say === 'broken'),
      [],
      where,
    )
    const upTo = (what: EraserSaid['say']) =>
      Math.max(0, ...said.map((one) => (one.say === what && one.say !== 'broken' ? one.upTo : 0)))

    // Opening finishes what was begun.
    await (await openSmall(directory)).close()
    const text = readdirSync(directory).map((name) => readFileSync(join(directory, name), 'latin1'))
    const store = await openSmall(directory)
    const history = await store.history('secret')
    await store.close()
    const left = new Set<string>()
    for (const version of history.slice(0, -1)) {
      ok(version.version === 'put')
      equal(
        text.some((file) => file.includes(`${SECRET} ${version.token} `)),
        !version.erased,
        `${where}: ${version.token}`,
      )
      if (version.revision < upTo('erased')) ok(version.erased, `${where}: ${version.token} was erased`)
      else if (version.revision < upTo('erasing') && !forgotten.has(version.revision)) {
        left.add(version.erased ? 'erased' : 'there')
      }
      if (version.erased) forgotten.add(version.revision)
    }
    ok(left.size <= 1, `${where}: of what was to be forgotten, some is ${[...left].join(' and some is ')}`)
    inDoubt += left.size
    const live = history.at(-1)
    ok(live?.version === 'put' && Buffer.from(live.entry.value).toString() === `${SECRET} ${live.token} `, where)
  }
  // A store that is never caught at it proves nothing.
  ok(inDoubt > 0, `SEED=${SEED}: no erasure was under way when the kill came`)
})
