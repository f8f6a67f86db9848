/** Limits of real processes, where the machine lets this user make control groups; elsewhere it is said why not. */
import { equal, match, ok } from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { seconds } from '@muster/base/clock.ts'
import { findControlGroups, removeControlGroups } from './control-groups.ts'
import { readRecord } from './records.ts'
import { allowed, endOf, keeperOf, logOf, MODES, named, newNode, orderOf, textOf, until } from './testing/node.ts'

const found = (() => {
  const ground = realpathSync(mkdtempSync(join(tmpdir(), 'muster-groups-')))
  const groups = findControlGroups(ground, '/bin/sh')
  removeControlGroups(groups)
  rmSync(ground, { recursive: true })
  return groups
})()
const needsGroups = allowed(
  'control groups of memory and cpu to this user',
  'directory' in found.memory && 'directory' in found.cpu,
)
const MEBI = 1 << 20
/** A shell that wants a hundred megabytes for itself. */
const GREEDY = 'all=$(head -c 100000000 /dev/zero | tr "\\0" a)'

for (const namespaces of MODES)
  test(named('whoever takes more memory than its limit is ended for it', namespaces), needsGroups, async (t) => {
    const { directory, open } = newNode(t, { namespaces })
    const driver = await open()
    const limits = { memoryBytes: 32 * MEBI }
    const greedy = orderOf(directory, `echo up; ${GREEDY}`, { limits })
    const { notHonoured } = await driver.start(greedy)
    ok(notHonoured.every(({ what }) => !what.startsWith('limit of')))
    const state = await endOf(driver, greedy.run)
    equal(`${state.exitCode} ${state.reason}`, '137 OOMKilled')
    equal(await logOf(driver, greedy.run), 'up\n')

    const within = orderOf(directory, 'head -c 2000000 /dev/zero | tail -c 1000000 | wc -c', { limits })
    await driver.start(within)
    equal((await endOf(driver, within.run)).reason, 'Completed')
  })

test('a program that was not ended itself has its own last word', needsGroups, async (t) => {
  const { directory, open } = newNode(t)
  const driver = await open()
  const order = orderOf(directory, `sh -c '${GREEDY}'; echo it ended with $?; exit 3`, {
    limits: { memoryBytes: 32 * MEBI },
  })
  await driver.start(order)
  const state = await endOf(driver, order.run)
  if ('version' in found.memory && found.memory.version === 2) equal(state.reason, 'OOMKilled', 'all go together')
  else {
    equal(`${state.exitCode} ${state.reason}`, '3 Error')
    match(await logOf(driver, order.run), /it ended with 137/)
  }
})

for (const namespaces of MODES)
  test(
    named('whoever wants more of the processors than its limit is slowed down', namespaces),
    needsGroups,
    async (t) => {
      const { directory, open } = newNode(t, { namespaces })
      const driver = await open()
      const order = orderOf(directory, 'while :; do :; done', { limits: { cpuMillis: 50 } })
      await driver.start(order)
      const [joined = ''] = readRecord(directory, order.run)?.groups ?? []
      const group = dirname(joined)
      await until(() => /nr_throttled [1-9]/.test(readFileSync(join(group, 'cpu.stat'), 'utf8')), 'it was slowed down')
      const session = await driver.exec(order.run, ['cat', '/proc/self/cgroup'], { stdin: false, tty: false })
      match(
        await textOf(session.stdout),
        new RegExp(`/${order.run.podUid}_main_0$`, 'm'),
        'whoever comes to it later is limited too',
      )
      await driver.stop(order.run, seconds(0))
      ok(!existsSync(group), 'nothing is left of its group')
      await driver.end(seconds(0))
      ok(!existsSync(dirname(group)), 'nor of the keeper’s')
    },
  )

test('what a keeper that was killed left behind is taken away by the next', needsGroups, async (t) => {
  const { directory, open } = newNode(t)
  const driver = await open()
  const order = orderOf(directory, 'sleep 1000', { limits: { memoryBytes: 32 * MEBI } })
  await driver.start(order)
  const [joined = ''] = readRecord(directory, order.run)?.groups ?? []
  const keepers = dirname(dirname(joined))
  equal(readdirSync(keepers).filter((name) => name.startsWith(order.run.podUid)).length, 1)
  process.kill(keeperOf(directory), 'SIGKILL')
  equal((await endOf(driver, order.run)).reason, 'ContainerStatusUnknown')
  equal(readdirSync(keepers).filter((name) => name.startsWith(order.run.podUid)).length, 0)
})
