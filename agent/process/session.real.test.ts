/** Talking to what runs: exec, attach, terminals. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { seconds } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import { markOf } from './run-key.ts'
import {
  endOf,
  isolation,
  logOf,
  MODES,
  named,
  needsTerminal,
  newNode,
  orderOf,
  textOf,
  until,
} from './testing/node.ts'
import { markedProcesses } from './trees.ts'

for (const namespaces of MODES)
  test(named('exec runs beside the program, with its environment and directory', namespaces), async (t) => {
    const { directory, open } = newNode(t, { namespaces })
    const driver = await open()
    const order = orderOf(directory, 'sleep 1000', {
      env: { PATH: '/usr/bin:/bin', WORD: 'w' },
      workingDirectory: '/usr',
    })
    await driver.start(order)
    const session = await driver.exec(order.run, ['sh', '-c', 'cat; pwd; echo $WORD; echo err >&2; exit 9'], {
      stdin: true,
      tty: false,
    })
    await session.stdin?.write(Buffer.from('hello\n'))
    session.stdin?.end()
    const [out, err, { exitCode }] = await Promise.all([textOf(session.stdout), textOf(session.stderr), session.ended])
    deepEqual([out, err, exitCode], ['hello\n/usr\nw\n', 'err\n', 9])
    await rejects(
      driver.exec(order.run, ['no-such-program'], { stdin: false, tty: false }),
      (error) => hasCode(error, 'Invalid') && /"no-such-program": executable file not found/.test(String(error)),
    )
    const endless = await driver.exec(order.run, ['sleep', '1000'], { stdin: false, tty: false })
    const before = markedProcesses(markOf(directory)).length
    endless.close()
    await until(() => markedProcesses(markOf(directory)).length < before, 'the closed session has ended')
    if (namespaces && isolation.namespaces) {
      const seen = await driver.exec(order.run, ['sh', '-c', 'echo $PPID; ps ax | wc -l'], { stdin: false, tty: false })
      ok(Number((await textOf(seen.stdout)).split('\n')[1]) < 10, 'it sees the processes of the run alone')
    }
    await driver.stop(order.run, seconds(0))
    await rejects(driver.exec(order.run, ['true'], { stdin: false, tty: false }), (error) => hasCode(error, 'Conflict'))
  })

test('attached to a program, one talks to it and hears its end', async (t) => {
  const { directory, open } = newNode(t)
  const driver = await open()
  const order = orderOf(directory, 'echo before; while read line; do echo "heard $line"; done; exit 4', { stdin: true })
  await driver.start(order)
  await until(async () => (await logOf(driver, order.run, { follow: false })) !== '', 'it has spoken')
  const session = await driver.attach(order.run)
  await session.stdin?.write(Buffer.from('one\n'))
  session.stdin?.end()
  equal(await textOf(session.stdout), 'heard one\n', 'from now on')
  deepEqual(await session.ended, { exitCode: 4 })
  equal(await logOf(driver, order.run), 'before\nheard one\n')
  await rejects(driver.attach(order.run), (error) => hasCode(error, 'Conflict'))
})

test('who attaches and does not read stops nobody', async (t) => {
  const { directory, open } = newNode(t)
  const driver = await open()
  const order = orderOf(directory, 'sleep 0.3; yes a line that is not short | head -c 20000000; exit 6')
  await driver.start(order)
  const session = await driver.attach(order.run)
  equal((await endOf(driver, order.run)).exitCode, 6)
  session.close()
})

for (const namespaces of MODES)
  test(
    named('a terminal is one: it echoes, has a size, and ends with its program', namespaces),
    needsTerminal,
    async (t) => {
      const { directory, open } = newNode(t, { namespaces })
      const driver = await open()
      const order = orderOf(directory, 'test -t 0 && test -t 1 && echo terminal; read line; stty size; exit 11', {
        stdin: true,
        tty: true,
      })
      await driver.start(order)
      const session = await driver.attach(order.run)
      await until(async () => (await logOf(driver, order.run, { follow: false })).includes('terminal'), 'it is up')
      session.resize({ columns: 91, rows: 17 })
      await session.stdin?.write(Buffer.from('typed\r'))
      const said = await textOf(session.stdout)
      match(said, /typed\r\n17 91\r\n/)
      deepEqual(await session.ended, { exitCode: 11 })

      const sleeper = orderOf(directory, 'sleep 1000')
      await driver.start(sleeper)
      const shell = await driver.exec(sleeper.run, ['sh', '-c', 'echo "shell=$SHELL"; tty; stty size; exit 12'], {
        stdin: true,
        tty: true,
      })
      match(await textOf(shell.stdout), /shell=\r\n\/dev\/pts\/\d/)
      deepEqual(await shell.ended, { exitCode: 12 })

      const stopped = orderOf(directory, 'trap "echo asked; exit 3" TERM; echo up; while :; do sleep 0.02; done', {
        tty: true,
      })
      await driver.start(stopped)
      await until(async () => (await logOf(driver, stopped.run, { follow: false })).includes('up'), 'it is up')
      await driver.stop(stopped.run, seconds(5))
      match(await logOf(driver, stopped.run), /asked/)
    },
  )
