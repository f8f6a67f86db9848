/** Logs of real processes, through rotation and a full disk. */
import { equal, match, ok } from 'node:assert/strict'
import { closeSync, openSync, readdirSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { instant } from '@muster/base/clock.ts'
import { runKey } from './run-key.ts'
import { allowed, endOf, isolation, logOf, newNode, orderOf, until } from './testing/node.ts'

const COUNT = 'i=0; while [ $i -lt 5000 ]; do echo line $i; i=$((i+1)); done'
const COUNTED = Array.from({ length: 5000 }, (_, number) => `line ${number}\n`).join('')

test('a log is rotated, and a follower sees it all', async (t) => {
  const { directory, open } = newNode(t, { logLimits: { fileBytesMax: 2000, filesMax: 1000 } })
  const driver = await open()
  const order = orderOf(directory, COUNT)
  await driver.start(order)
  equal(await logOf(driver, order.run), COUNTED)
  equal(await logOf(driver, order.run, { follow: false }), COUNTED)
  ok(readdirSync(join(directory, 'runs', runKey(order.run), 'log')).length > 2, 'there is more than one file')
})

test('of a log the last files are kept, and read as asked for', async (t) => {
  const { directory, open } = newNode(t, { logLimits: { fileBytesMax: 2000, filesMax: 3 } })
  const driver = await open()
  const order = orderOf(directory, `${COUNT}; sleep 0.1; echo last`)
  await driver.start(order)
  await endOf(driver, order.run)
  ok(readdirSync(join(directory, 'runs', runKey(order.run), 'log')).length <= 3)
  const kept = await logOf(driver, order.run)
  ok(`${COUNTED}last\n`.endsWith(kept) && kept.startsWith('line ') && kept.length > 500, 'unbroken to the end')
  equal(await logOf(driver, order.run, { tailLines: 2 }), 'line 4999\nlast\n')
  equal(await logOf(driver, order.run, { tailLines: 0 }), '')
  equal(await logOf(driver, order.run, { tailLines: 2, limitBytes: 4 }), 'line')
  equal(await logOf(driver, order.run, { sinceTime: instant(Date.now() + 60_000) }), '')
})

const asRoot = process.getuid?.() === 0 && isolation.namespaces && isolation.mounts && !isolation.user

test('a full disk stops no program; the log says what it misses', {
  ...allowed('a small disk to be mounted', asRoot),
}, async (t) => {
  const { directory, open } = newNode(t, {}, 'small disk')
  const driver = await open()
  const filler = join(directory, 'filler')
  const order = orderOf(
    directory,
    [
      'echo before; while [ ! -e go ]; do sleep 0.02; done',
      'i=0; while [ $i -lt 200 ]; do echo full; i=$((i+1)); done',
      'while [ ! -e again ]; do sleep 0.02; done; echo after; exit 3',
    ].join('\n'),
    { workingDirectory: directory },
  )
  writeFileSync(join(directory, 'go.later'), '')
  await driver.start(order)
  await until(async () => (await logOf(driver, order.run, { follow: false })) === 'before\n', 'it is up')
  writeFileSync(join(directory, 'again.later'), '')
  fill(filler)
  renameSync(join(directory, 'go.later'), join(directory, 'go'))
  await sleep(500)
  rmSync(filler)
  renameSync(join(directory, 'again.later'), join(directory, 'again'))
  equal((await endOf(driver, order.run)).exitCode, 3)
  const log = await logOf(driver, order.run)
  match(log, /^before\n/)
  match(log, /muster: \d+ bytes of this log could not be written\nafter\n$/)
})

/** Writes until there is no room. */
function fill(path: string): void {
  const file = openSync(path, 'w')
  try {
    for (let size = 65_536; size >= 1; size = size > 1 ? Math.ceil(size / 2) : 0) {
      try {
        for (;;) writeSync(file, Buffer.alloc(size))
      } catch {}
    }
  } finally {
    closeSync(file)
  }
}
