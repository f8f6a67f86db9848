/** Keepers, agents that come and go, and what is left when a keeper is killed. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { instant, milliseconds, seconds } from '@muster/base/clock.ts'
import { systemClock } from '@muster/base/system.ts'
import type { Run } from '../driver.ts'
import { connectKeeper } from './connection.ts'
import { lostState } from './ending.ts'
import { messageFrame } from './frames.ts'
import { identify, isThere } from './identity.ts'
import { findLeftovers, sweepLeftovers } from './leftovers.ts'
import { PROTOCOL } from './messages.ts'
import { markOf } from './run-key.ts'
import { endOf, keeperOf, keepersOf, logOf, needsNamespaces, newNode, orderOf, until } from './testing/node.ts'
import { markedProcesses } from './trees.ts'

test('an agent that comes back finds every run, and what became of it meanwhile', async (t) => {
  const { directory, open } = newNode(t)
  const first = await open()
  const lasting = orderOf(directory, 'echo one; while [ ! -e go ]; do sleep 0.02; done; echo two', {
    workingDirectory: directory,
  })
  const short = orderOf(directory, 'sleep 0.2; exit 3')
  const { state } = await first.start(lasting)
  await first.start(short)
  await first.close()
  await sleep(400)
  const second = await open()
  const found = await second.runs()
  deepEqual(found.find(({ run }) => run.podUid === lasting.run.podUid)?.state, state)
  equal((await endOf(second, short.run)).exitCode, 3)
  const changes: Run[] = []
  second.onChange((run) => changes.push(run), AbortSignal.timeout(60_000))
  writeFileSync(join(directory, 'go'), '')
  equal((await endOf(second, lasting.run)).exitCode, 0)
  deepEqual(
    changes.map(({ run, state }) => [run.podUid, state.state]),
    [[lasting.run.podUid, 'ended']],
  )
  equal(await logOf(second, lasting.run), 'one\ntwo\n')
})

test('a keeper that is killed takes every process with it; the next one says so', needsNamespaces, async (t) => {
  const { directory, open } = newNode(t)
  const driver = await open()
  const order = orderOf(directory, 'setsid sh -c "sleep 1000 & sleep 1000" & echo said; sleep 1000')
  const changes: Run[] = []
  driver.onChange((run) => changes.push(run), AbortSignal.timeout(60_000))
  await driver.start(order)
  await until(() => markedProcesses(markOf(directory)).length >= 4, 'the tree is there')
  await until(async () => (await logOf(driver, order.run, { follow: false })) === 'said\n', 'it has spoken')
  const keeper = keeperOf(directory)
  process.kill(keeper, 'SIGKILL')
  await until(() => markedProcesses(markOf(directory)).length === 0, 'all are gone')
  await until(() => changes.at(-1)?.state.state === 'ended', 'the driver says so, unasked')
  const state = await endOf(driver, order.run)
  deepEqual([state.exitCode, state.reason], [137, 'ContainerStatusUnknown'])
  match(state.message, /keeper/)
  equal(await logOf(driver, order.run), 'said\n')
  ok(keeperOf(directory) !== keeper)
})

test('of keepers that are started at once, one keeps', async (t) => {
  const { directory, open } = newNode(t)
  const drivers = await Promise.all([open(), open(), open()])
  t.after(() => Promise.all(drivers.map((driver) => driver.close())))
  await Promise.all(drivers.map((driver) => driver.guarantees()))
  await until(() => keepersOf(directory).length === 1, 'the others have left')
  const order = orderOf(directory, 'sleep 1000')
  const runs = await Promise.all(drivers.map((driver) => driver.start(order)))
  deepEqual(runs[1], runs[0], 'they speak to the same one')
  deepEqual(runs[2], runs[0])
})

test('with nobody there for long enough, a keeper ends every run and itself', async (t) => {
  const { directory, open } = newNode(t, { aloneMax: milliseconds(300) })
  const first = await open()
  const order = orderOf(directory, 'trap "exit 5" TERM; echo up; while :; do sleep 0.02; done')
  await first.start(order)
  await until(async () => (await logOf(first, order.run, { follow: false })) === 'up\n', 'it is up')
  const keeper = identify(keeperOf(directory))
  ok(keeper)
  await sleep(600)
  ok(isThere(keeper), 'as long as somebody is there it stays')
  await first.close()
  await until(() => !isThere(keeper), 'the keeper has gone')
  deepEqual(markedProcesses(markOf(directory)), [])
  const second = await open()
  equal((await endOf(second, order.run)).exitCode, 5, 'what it saw is known')
})

test('end stops all, and the keeper', async (t) => {
  const { directory, open } = newNode(t)
  const driver = await open()
  await Promise.all([1, 2, 3].map(() => driver.start(orderOf(directory, 'sleep 1000'))))
  const keeper = identify(keeperOf(directory))
  await driver.end(seconds(5))
  ok(keeper)
  await until(() => !isThere(keeper), 'the keeper has gone')
  deepEqual(await findLeftovers(directory), [])
})

test('without namespaces, what a killed keeper leaves is found, and ended by the next one', async (t) => {
  const { directory, open } = newNode(t, { namespaces: false })
  const driver = await open()
  const order = orderOf(directory, 'setsid sh -c "sleep 1000 & sleep 1000" & sleep 1000')
  await driver.start(order)
  await until(() => markedProcesses(markOf(directory)).length >= 4, 'the tree is there')
  deepEqual(await findLeftovers(directory), [], 'what is kept is not left over')
  const keeper = keeperOf(directory)
  await driver.close()
  process.kill(keeper, 'SIGKILL')
  await until(() => keepersOf(directory).length === 0, 'the keeper has gone')
  await until(async () => (await findLeftovers(directory)).length >= 3, 'leftovers are found')
  const left = await findLeftovers(directory)
  equal((await sweepLeftovers(directory, systemClock)).length, left.length)
  deepEqual(await findLeftovers(directory), [])
  equal((await endOf(await open(), order.run)).reason, 'ContainerStatusUnknown')
})

test('what became of a run is heard in the order of its coming, behind the answer too', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'muster-connection-'))
  const order = orderOf(directory, 'true')
  const running: Run = {
    ...{ run: order.run, pod: order.pod, notHonoured: [] },
    state: { state: 'running', startedAt: instant(0), pid: 1 },
  }
  const ended: Run = { ...running, state: lostState(instant(0), instant(1)) }
  const server = createServer((socket) => {
    socket.once('data', () => {
      const hello = { protocol: PROTOCOL, pid: 1, guarantees: {}, runs: [running] }
      socket.end(Buffer.concat([messageFrame({ id: 1, hello }), messageFrame({ changed: ended })]))
    })
  })
  try {
    const socket = join(directory, 'socket')
    await new Promise<void>((resolve) => server.listen(socket, resolve))
    const heard: string[] = []
    const connection = await connectKeeper(socket, { changed: ({ state }) => heard.push(state.state), gone() {} })
    await connection?.gone
    deepEqual(heard, ['running', 'ended'])
  } finally {
    server.close()
    rmSync(directory, { recursive: true, force: true })
  }
})
