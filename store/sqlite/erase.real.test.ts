/** What is erased is not in the files any more: they are read as whoever steals the disk would. */
import { equal, ok } from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemClock, systemRandom } from '@muster/base/system.ts'
import { at, commitOf, del, put, write } from '../contract/words.ts'
import { openSqliteStore } from './open.ts'

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
