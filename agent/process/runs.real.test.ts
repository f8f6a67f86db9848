/** Runs of real processes: how they begin, what they see, how they end. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { milliseconds, seconds } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import { identify, isThere, signalProcess } from './identity.ts'
import { markOf } from './run-key.ts'
import { endOf, isolation, logOf, MODES, named, newNode, orderOf, until } from './testing/node.ts'
import { markedProcesses } from './trees.ts'

test('a run ends with its code, its last words and its whole log', async (t) => {
  const { directory, open } = newNode(t)
  const driver = await open()
  deepEqual(await driver.runs(), [], 'no keeper is needed to know that there is nothing')
  const order = orderOf(directory, 'echo out; echo err >&2; printf "no newline"; exit 7')
  const run = await driver.start(order)
  equal(run.state.state === 'ended' || run.state.pid > 0, true)
  const state = await endOf(driver, order.run)
  deepEqual([state.exitCode, state.reason, state.message, state.signal], [7, 'Error', '', undefined])
  const log = await logOf(driver, order.run)
  deepEqual(log.split('\n').toSorted(), ['err', 'no newline', 'out'])
  equal(await logOf(driver, order.run, { stream: 'Stderr' }), 'err\n')
  match(await logOf(driver, order.run, { stream: 'Stderr', timestamps: true }), /^\d{4}-.*Z err\n$/)
  equal((await driver.start(order)).state.state, 'ended', 'to start what there is, is to get it')
  await driver.forget(order.run)
  deepEqual(await driver.runs(), [])
  await rejects(logOf(driver, order.run), (error) => hasCode(error, 'NotFound'))
})

for (const namespaces of MODES)
  test(named('success, a signal, and programs that cannot be run', namespaces), async (t) => {
    const { directory, open } = newNode(t, { namespaces })
    const driver = await open()
    const cases: readonly [string | readonly string[], number, string, RegExp][] = [
      [['true'], 0, 'Completed', /^$/],
      ['kill -KILL $$', 137, 'Error', /^$/],
      ['kill -TERM $$', 143, 'Error', /^$/],
      [['no-such-program'], 127, 'ContainerCannotRun', /"no-such-program": executable file not found in \$PATH/],
      [['/no/such'], 127, 'ContainerCannotRun', /"\/no\/such": no such file or directory/],
      [['/etc/passwd'], 126, 'ContainerCannotRun', /"\/etc\/passwd": permission denied/],
    ]
    for (const [command, exitCode, reason, message] of cases) {
      const order = orderOf(directory, command)
      await driver.start(order)
      const state = await endOf(driver, order.run)
      deepEqual([state.exitCode, state.reason], [exitCode, reason], JSON.stringify(command))
      match(state.message, message)
    }
    const order = orderOf(directory, 'true', { workingDirectory: '/no/such/place' })
    await driver.start(order)
    match((await endOf(driver, order.run)).message, /working directory \/no\/such\/place cannot be entered/)
  })

for (const namespaces of MODES)
  test(
    named('a program sees the environment as ordered, its arguments as they are, and its directory', namespaces),
    async (t) => {
      const { directory, open } = newNode(t, { namespaces })
      const driver = await open()
      const env = { PATH: '/usr/bin:/bin', ODD: 'a b\n\'"$x', EMPTY: '' }
      const order = orderOf(directory, ['env', '-0'], { env })
      await driver.start(order)
      await endOf(driver, order.run)
      const seen = Object.fromEntries(
        (await logOf(driver, order.run))
          .split('\0')
          .filter(Boolean)
          .map((entry) => entry.split(/=(.*)/s)),
      )
      const { MUSTER_RUN, MUSTER_TERMINATION_LOG, ...rest } = seen
      deepEqual(rest, env)
      match(MUSTER_RUN ?? '', /:pod-\d+_main_0$/)
      equal(
        MUSTER_TERMINATION_LOG,
        namespaces && isolation.namespaces && isolation.mounts ? undefined : order.terminationLog.file,
      )
      const odd = ["it's", '$HOME', 'a\nb', '']
      const words = orderOf(directory, ['sh', '-c', 'printf "<%s>" "$0" "$@"; pwd', ...odd], {
        workingDirectory: '/usr',
      })
      await driver.start(words)
      await endOf(driver, words.run)
      equal(await logOf(driver, words.run), "<it's><$HOME><a\nb><>/usr\n")
    },
  )

for (const namespaces of MODES)
  test(
    named('stop asks first, waits, and then ends the whole tree, strangers to their parents included', namespaces),
    async (t) => {
      const { directory, open } = newNode(t, { namespaces })
      const driver = await open()
      const polite = orderOf(directory, 'trap "echo asked; exit 0" TERM; echo up; while :; do sleep 0.02; done')
      await driver.start(polite)
      await until(async () => (await logOf(driver, polite.run, { follow: false })) === 'up\n', 'it is up')
      await driver.stop(polite.run, seconds(20))
      equal((await endOf(driver, polite.run)).exitCode, 0)
      equal(await logOf(driver, polite.run), 'up\nasked\n')

      const deaf = orderOf(
        directory,
        'trap "" TERM; setsid sh -c "sleep 1000 & sleep 1000" & echo up; while :; do sleep 0.02; done',
      )
      await driver.start(deaf)
      const mark = markOf(directory, `${deaf.run.podUid}_`)
      await until(() => markedProcesses(mark).length >= 4, 'the tree is there')
      const began = performance.now()
      await driver.stop(deaf.run, milliseconds(300))
      ok(performance.now() - began >= 290, 'it was given its time')
      deepEqual(markedProcesses(mark), [], 'nothing is left when stop resolves')
      equal((await endOf(driver, deaf.run)).exitCode, 137)
    },
  )

for (const namespaces of MODES)
  test(named('when the main process ends, so do those that it left behind', namespaces), async (t) => {
    const { directory, open } = newNode(t, { namespaces })
    const driver = await open()
    const order = orderOf(directory, 'setsid sleep 1000 & echo done; exit 0')
    await driver.start(order)
    equal((await endOf(driver, order.run)).exitCode, 0)
    deepEqual(markedProcesses(markOf(directory, `${order.run.podUid}_`)), [])
  })

for (const namespaces of MODES)
  test(named('usage counts the whole tree', namespaces), async (t) => {
    const { directory, open } = newNode(t, { namespaces })
    const driver = await open()
    const order = orderOf(
      directory,
      'setsid sh -c "i=0; while [ \\$i -lt 300000 ]; do i=\\$((i+1)); done; sleep 1000" & sleep 1000',
    )
    await driver.start(order)
    await until(async () => ((await driver.usage(order.run))?.cpuNanoseconds ?? 0n) >= 50_000_000n, 'it has used 50 ms')
    const usage = await driver.usage(order.run)
    ok(usage && usage.memoryBytes > 500_000 && usage.memoryBytes < 100_000_000, `${usage?.memoryBytes}`)
    await driver.stop(order.run, seconds(0))
    equal(await driver.usage(order.run), undefined)
  })

for (const namespaces of MODES)
  test(named('what a run does not get is named', namespaces), async (t) => {
    const { directory, open } = newNode(t, { namespaces })
    const driver = await open()
    const order = orderOf(directory, 'true', { limits: { cpuMillis: 100, memoryBytes: 1 << 27 } })
    const { notHonoured } = await driver.start(order)
    const guarantees = await driver.guarantees()
    const lacking = notHonoured.filter(({ what }) => what.startsWith('limit of')).map(({ what }) => what)
    deepEqual(lacking, [
      ...(guarantees.memoryLimits.kept ? [] : ['limit of memory']),
      ...(guarantees.cpuLimits.kept ? [] : ['limit of cpu']),
    ])
    equal(guarantees.diesWithKeeper.kept, namespaces && isolation.namespaces)
  })

test('a process that is not the one that was started gets no signal', () => {
  const self = identify(process.pid)
  ok(self && isThere(self))
  equal(signalProcess({ ...self, started: '1' }, 'SIGKILL'), false)
  equal(signalProcess({ ...self, boot: 'another' }, 'SIGKILL'), false)
})
