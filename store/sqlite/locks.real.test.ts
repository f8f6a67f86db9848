/** One process at a time: both locks, each without the other, and how they go when their process does. */
import { equal, match, ok } from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { connect } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { needs } from '@muster/tools/real.ts'
import { MANIFEST_FILE } from './format.ts'
import { openSmall, putOne } from './torture/cases.ts'
import { type Child, COMPILE_CACHE, startChild } from './torture/child.ts'
import { newGround } from './torture/directory.ts'
import type { Order, Outcome } from './torture/owner-program.ts'

process.env.NODE_COMPILE_CACHE = COMPILE_CACHE
enableCompileCache(COMPILE_CACHE)

const PROGRAM = new URL('./torture/owner-program.ts', import.meta.url)

const newOwner = (under: readonly string[] = []) => startChild<Outcome>(PROGRAM, { under })

/** Tells a child to do something, and waits for how that ended. */
async function order(child: Child<Outcome>, what: Order): Promise<Outcome> {
  const before = child.heard.length
  child.tell(what)
  return child.hear((said) => said.did === what.do && child.heard.indexOf(said) >= before)
}

/** Runs a test with a directory that a child has open, and more children on demand. */
async function withOwner(
  run: (
    directory: string,
    owner: Child<Outcome>,
    another: (under?: readonly string[]) => Child<Outcome>,
  ) => Promise<void>,
): Promise<void> {
  using ground = newGround()
  const children: Child<Outcome>[] = []
  const another = (under: readonly string[] = []) => {
    const child = newOwner(under)
    children.push(child)
    return child
  }
  const directory = join(ground.root, 'store')
  try {
    const owner = another()
    equal((await order(owner, { do: 'open', directory })).code, 'ok')
    await run(directory, owner, another)
  } finally {
    for (const child of children) await child.kill()
  }
}

test('store sqlite: whoever comes second is told which process came first, and disturbs nothing', async () => {
  await withOwner(async (directory, owner, another) => {
    const second = await order(another(), { do: 'open', directory })
    equal(second.code, 'StorageLocked')
    match(second.message, new RegExp(`\\b${owner.pid}\\b`))
    equal((await order(owner, { do: 'put', key: 'after' })).code, 'ok')
  })
})

test('store sqlite: within one process, a second open of the same directory is refused as well', async () => {
  using ground = newGround()
  const directory = join(ground.root, 'store')
  const store = await openSmall(directory)
  const second = await openSmall(directory).catch(({ code }) => code)
  equal(second, 'StorageLocked')
  await putOne(store, { token: 'a', key: 'a', value: 'a' })
  await store.close()
})

test('store sqlite: without the socket, the lock of SQLite still refuses', async () => {
  await withOwner(async (directory, owner, another) => {
    const second = await order(another(), { do: 'open-manifest', path: join(directory, MANIFEST_FILE) })
    equal(second.code, 'StorageLocked')
    equal((await order(owner, { do: 'put', key: 'after' })).code, 'ok')
  })
})

const ALONE = ['unshare', '-n']
const canBeAlone = spawnSync('unshare', ['-n', 'true']).status === 0

test('store sqlite: from another network, as in a container, where the socket cannot be seen, it refuses too', {
  skip: needs('network namespaces', canBeAlone),
}, async () => {
  await withOwner(async (directory, owner, another) => {
    equal((await order(another(ALONE), { do: 'open', directory })).code, 'StorageLocked')
    equal((await order(owner, { do: 'put', key: 'after' })).code, 'ok')
  })
})

test('store sqlite: with the POSIX lock dropped, the socket still refuses', async () => {
  await withOwner(async (directory, owner, another) => {
    const path = join(directory, MANIFEST_FILE)
    equal((await order(owner, { do: 'touch', path })).code, 'ok')
    equal(
      (await order(another(), { do: 'open-manifest', path })).code,
      'ok',
      'the POSIX lock is gone, or this proves nothing',
    )
    equal((await order(another(), { do: 'open', directory })).code, 'StorageLocked')
    equal((await order(owner, { do: 'put', key: 'after' })).code, 'ok')
  })
})

test('store sqlite: after a kill -9 of the owner it opens at once, and after a close as well', async () => {
  await withOwner(async (directory, owner, another) => {
    equal((await order(owner, { do: 'put', key: 'one' })).code, 'ok')
    const [second, third] = [another(), another()]
    // Up and waiting, so that what is measured is the lock.
    equal((await order(second, { do: 'open', directory })).code, 'StorageLocked')
    await owner.kill()
    equal((await order(second, { do: 'open', directory })).code, 'ok')
    equal((await order(second, { do: 'put', key: 'two' })).code, 'ok')
    equal((await order(second, { do: 'close' })).code, 'ok')
    equal((await order(third, { do: 'open', directory })).code, 'ok')
  })
})

test('store sqlite: two stores in two directories do not disturb each other', async () => {
  await withOwner(async (directory, owner, another) => {
    const other = another()
    equal((await order(other, { do: 'open', directory: `${directory}-2` })).code, 'ok')
    const done = await Promise.all([owner, other].map((child) => order(child, { do: 'put', key: 'mine' })))
    ok(done.every(({ code }) => code === 'ok'))
    await owner.kill()
    equal((await order(other, { do: 'put', key: 'still' })).code, 'ok')
  })
})

const socketsNow = () => new Set(readFileSync('/proc/net/unix', 'utf8').match(/@muster-store-\w+/g) ?? [])
const onLinux = process.platform === 'linux'

test('store sqlite: whoever knocks at the lock and runs away does the owner no harm', {
  skip: needs('abstract sockets', onLinux),
}, async () => {
  const before = socketsNow()
  await withOwner(async (_directory, owner) => {
    const [address = ''] = [...socketsNow()].filter((name) => !before.has(name))
    ok(address !== '', 'the lock is a socket')
    for (let knock = 0; knock < 200; knock++) {
      const socket = connect(address.replace('@', '\0'))
      socket.on('error', () => undefined)
      socket.on('connect', () => socket.destroy())
      if (knock % 3 === 0) socket.destroy()
    }
    await sleep(300)
    equal((await order(owner, { do: 'put', key: 'alive' })).code, 'ok')
  })
})

test('store sqlite: an owner that stands still is found all the same, without waiting for it', {
  skip: needs('SIGSTOP', onLinux),
}, async () => {
  await withOwner(async (directory, owner, another) => {
    process.kill(owner.pid, 'SIGSTOP')
    try {
      const asked = order(another(), { do: 'open', directory })
      const answered = await Promise.race([asked, sleep(8000, undefined, { ref: false })])
      equal(answered?.code, 'StorageLocked', 'whoever comes second waits for ever')
    } finally {
      process.kill(owner.pid, 'SIGCONT')
    }
  })
})
