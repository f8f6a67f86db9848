/** Volumes of real processes, with mounts and without. */
import { deepEqual, equal, match } from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { endOf, logOf, needsMounts, newNode, orderOf } from './testing/node.ts'

test('volumes are at their paths, also where the machine has nothing', needsMounts, async (t) => {
  const { directory, open } = newNode(t)
  const driver = await open()
  const volume = join(directory, 'a volume')
  mkdirSync(volume)
  writeFileSync(join(volume, 'word'), 'word')
  const order = orderOf(
    directory,
    [
      'cat /etc/muster-test/word /muster/data/word /etc/motd.muster',
      'echo more >/muster/data/new && echo wrote',
      '{ echo more >/etc/muster-test/no; } 2>/dev/null || echo read-only',
      'hostname; cat /etc/hosts; ls /etc/passwd; echo last >/dev/termination-log; echo gone >/dev/null',
    ].join('\n'),
    {
      mounts: [
        { volume: 'data', from: volume, at: '/muster/data', readOnly: false },
        { volume: 'config', from: volume, at: '/etc/muster-test', readOnly: true },
        { volume: 'config', from: join(volume, 'word'), at: '/etc/motd.muster', readOnly: true },
        { volume: 'lost', from: join(directory, 'nothing'), at: '/muster/lost', readOnly: true },
      ],
      hosts: [{ address: '127.3.2.1', names: ['shop', 'shop.default'] }],
    },
  )
  const { notHonoured } = await driver.start(order)
  const state = await endOf(driver, order.run)
  const log = await logOf(driver, order.run)
  match(log, /^wordwordwordwrote\nread-only\npod-\d+\n127.0.0.1\tlocalhost\n/)
  match(log, /\n127.3.2.1\tshop shop.default\n\/etc\/passwd\n$/)
  deepEqual([state.exitCode, state.message], [0, 'last\n'])
  equal(readFileSync(join(volume, 'new'), 'utf8'), 'more\n')
  deepEqual(
    notHonoured.map(({ what }) => what),
    ['mount of volume lost at /muster/lost'],
  )
  match(notHonoured[0]?.why ?? '', /is not there/)
  await driver.forget(order.run)
  equal(readFileSync(join(volume, 'word'), 'utf8'), 'word', 'to forget a run leaves its volumes alone')
})

test('without mounts, volumes are where the environment says', async (t) => {
  const { directory, open } = newNode(t, { namespaces: false })
  const driver = await open()
  const order = orderOf(directory, 'echo "$MUSTER_VOLUME_MY_DATA"; echo bye >"$MUSTER_TERMINATION_LOG"', {
    mounts: [{ volume: 'my-data', from: directory, at: '/muster/data', readOnly: false }],
    hosts: [{ address: '127.3.2.1', names: ['shop'] }],
  })
  const { notHonoured } = await driver.start(order)
  equal((await endOf(driver, order.run)).message, 'bye\n')
  equal(await logOf(driver, order.run), `${directory}\n`)
  deepEqual(
    notHonoured.map(({ what }) => what),
    ['mount of volume my-data at /muster/data', 'termination message at /dev/termination-log', '/etc/hosts'],
  )
})
