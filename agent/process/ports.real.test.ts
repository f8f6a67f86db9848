/** Programs that want the same port: whoever takes it from all others is named, and so is what was taken. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { isLinux } from './identity.ts'
import { readListeners } from './listeners.ts'
import { allowed, endOf, logOf, newNode, orderOf, until } from './testing/node.ts'

const linux = allowed('to look where programs listen', isLinux)
const PORT = 28_473
const PATH = '/usr/local/bin:/usr/bin:/bin'

const server = (directory: string, ip: string, host: string) =>
  orderOf(
    directory,
    [process.execPath, '-e', `require('net').createServer().listen(${PORT}, ${JSON.stringify(host)})`],
    {
      env: { PATH },
      pod: { namespace: 'default', name: 'web', ip, hostname: 'web' },
      ports: [PORT],
    },
  )

test(
  'a program that listens at every address is told to listen at its own; who comes after it learns who has the port',
  linux,
  async (t) => {
    const { directory, open } = newNode(t)
    const driver = await open()
    const told = async (of: ReturnType<typeof server>) =>
      ((await driver.runs()).find(({ run }) => run.podUid === of.run.podUid)?.notHonoured ?? []).filter(({ what }) =>
        what.startsWith('port'),
      )

    const polite = server(directory, '127.99.3.1', '127.99.3.1')
    deepEqual((await driver.start(polite)).notHonoured, [])
    await until(
      () => readListeners().some(({ port, address }) => port === PORT && address === '127.99.3.1'),
      'it listens',
    )
    const greedy = server(directory, '127.99.3.2', '')
    await driver.start(greedy)
    equal((await endOf(driver, greedy.run)).exitCode, 1, 'not even it gets every address, for one of them is taken')
    await driver.stop(polite.run, 0 as never)

    const second = server(directory, '127.99.3.3', '')
    await driver.start(second)
    await until(async () => (await told(second)).length > 0, 'it was looked where it listens')
    const [first] = await told(second)
    equal(first?.what, `port ${PORT} at $POD_IP`)
    match(first?.why ?? '', /listens at port 28473 of every address .* let it listen at \$POD_IP/)

    const late = server(directory, '127.99.3.4', '127.99.3.4')
    await driver.start(late)
    const [taken] = await told(late)
    equal(taken?.what, `port ${PORT} at 127.99.3.4`)
    match(taken?.why ?? '', /^pid \d+ \(.+\) listens at port 28473 of every address of this machine$/)
    equal((await endOf(driver, late.run)).exitCode, 1)
    ok((await logOf(driver, late.run)).includes('EADDRINUSE'))
  },
)
