/** A part that was left behind and not sealed when its process was killed: nothing is missing, and it is sealed then. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Tape } from './tape.ts'
import { fillParts, openSmall, putOne } from './torture/cases.ts'
import { copyOf, newGround } from './torture/directory.ts'

const nothing = async () => {}

/** Brings the first part back to what it was before it was sealed: its newest rows are in a write-ahead log. */
async function unsealed(directory: string, copy: string): Promise<string> {
  const [part = ''] = readdirSync(directory)
    .filter((name) => /^log-\d{8}\.db$/.test(name))
    .sort()
  const tape = await Tape.write(join(directory, part), nothing)
  const rows = tape.read(0, tape.capacity)
  // SQLite writes nothing where nothing changes.
  tape.append(0, Buffer.alloc(rows.length, 'x'))
  tape.append(0, rows)
  // As a kill would leave it: nobody closes the file.
  copyOf(directory, copy)
  tape.close()
  ok(statSync(join(copy, `${part}-wal`)).size > 100_000, 'its log holds the rows, or this proves nothing')
  return part
}

test('store sqlite: a part left unsealed by a kill is read whole, and sealed when it is opened', async () => {
  using ground = newGround()
  const original = join(ground.root, 'original')
  const store = await openSmall(original)
  await putOne(store, { token: 'first', key: 'first', value: 'still here' })
  await fillParts(store, 2.5)
  const history = await store.history('fill/1')
  const { head } = await store.status()
  await store.close()

  const killed = join(ground.root, 'killed')
  const part = await unsealed(original, killed)
  for (let opened = 0; opened < 2; opened++) {
    const again = await openSmall(killed)
    equal((await again.status()).head, head)
    deepEqual(await again.history('fill/1'), history)
    equal(Buffer.from((await again.range('first')).entries[0]?.value ?? []).toString(), 'still here')
    ok(!existsSync(join(killed, `${part}-wal`)), 'the file alone is the part')
    await again.close()
  }
  const tape = Tape.read(join(killed, part))
  equal(tape.isSealed, true)
  tape.close()
})

test('store sqlite: closed right after the next part was gone on with, nothing is missing and nothing is left unsealed', async () => {
  using ground = newGround()
  const directory = join(ground.root, 'store')
  let store = await openSmall(directory)
  // Each time that it is opened, it is closed soon after a part became full.
  for (let round = 0; round < 3; round++) {
    const before = readdirSync(directory).length
    const value = Buffer.alloc(200_000, `${round}`)
    for (let at = 0; readdirSync(directory).length <= before && at < 100; at++) {
      await putOne(store, { token: `${round}/${at}`, key: `${round}/${at}`, value })
    }
    const { head } = await store.status()
    await store.close()
    deepEqual(
      readdirSync(directory).filter((name) => name.endsWith('-wal')),
      [],
    )
    store = await openSmall(directory)
    equal((await store.status()).head, head)
  }
  await store.close()
})
