/** Services over UDP, with real sockets on this machine's loopback. */
import { deepEqual, equal, match, notEqual } from 'node:assert/strict'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Duration, seconds } from '@muster/base/clock.ts'
import { noLog } from '@muster/base/log.ts'
import { systemClock } from '@muster/base/system.ts'
import { createForwarder, type Forwarder } from './forwarder.ts'
import type { Front, Target } from './fronts.ts'

interface Stage {
  readonly forwarder: Forwarder
  front(targets: readonly Target[], more?: Partial<Front>): Front
  /** Answers each datagram with its own name and what it was told. */
  answering(name: string): Promise<Target & { stop(): void }>
  client(): Promise<Socket>
  /** Time that passes for the forwarder alone. */
  pass(length: Duration): void
}

async function play(run: (stage: Stage) => Promise<void>): Promise<void> {
  let passed = 0
  const clock = { ...systemClock, elapsed: () => (systemClock.elapsed() + passed) as Duration }
  const forwarder = createForwarder({ clock, log: noLog })
  const sockets = new Set<Socket>()
  const bound = async (address: string) => {
    const socket = createSocket('udp4').bind(0, address)
    await once(socket, 'listening')
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    return socket
  }
  const free = await bound('127.77.0.2')
  const { port } = free.address()
  free.close()
  await once(free, 'close')
  try {
    await run({
      forwarder,
      front: (targets, more = {}) => ({ address: '127.77.0.2', port, protocol: 'UDP', targets, ...more }),
      async answering(name) {
        const socket = await bound('127.77.0.1')
        socket.on('message', (words, from) => socket.send(`${name}: ${words}`, from.port, from.address))
        return { address: '127.77.0.1', port: socket.address().port, stop: () => socket.close() }
      },
      client: () => bound('127.0.0.1'),
      pass: (length) => {
        passed += length
      },
    })
  } finally {
    await forwarder.close()
    for (const socket of sockets) socket.close()
  }
}

async function ask(client: Socket, { address, port }: Target, words: string): Promise<string> {
  client.send(words, port, address)
  const [heard, from] = await once(client, 'message', { signal: AbortSignal.timeout(5_000) })
  deepEqual([from.address, from.port], [address, port], 'the answer comes from where the question went')
  return String(heard)
}

test('what a client says goes to one target, and the answers come back; clients take turns', () =>
  play(async ({ forwarder, front, answering, client }) => {
    const at = front([await answering('a'), await answering('b')])
    await forwarder.set('shop/dns', [at])
    const [one, other] = [await client(), await client()]
    const first = await ask(one, at, '1')
    match(first, /^[ab]: 1$/)
    equal(await ask(one, at, '2'), `${first[0]}: 2`)
    notEqual((await ask(other, at, '3'))[0], first[0])
    deepEqual(await Promise.all([ask(one, at, '4'), ask(other, at, '5')]), [
      `${first[0]}: 4`,
      `${first[0] === 'a' ? 'b' : 'a'}: 5`,
    ])
  }))

test('whose target is gone goes to another with what he says next', () =>
  play(async ({ forwarder, front, answering, client }) => {
    const [a, b] = [await answering('a'), await answering('b')]
    await forwarder.set('shop/dns', [front([a])])
    const one = await client()
    equal(await ask(one, front([]), '1'), 'a: 1')
    await forwarder.set('shop/dns', [front([b])])
    equal(await ask(one, front([]), '2'), 'b: 2')
  }))

test('a target where nobody listens costs the datagram, and not the conversation for good', () =>
  play(async ({ forwarder, front, answering, client }) => {
    const [a, gone] = [await answering('a'), await answering('gone')]
    await forwarder.set('shop/dns', [front([gone, a])])
    gone.stop()
    const one = await client()
    one.send('lost', front([]).port, front([]).address)
    await sleep(200)
    equal(await ask(one, front([]), '1'), 'a: 1')
  }))

test('after two minutes of silence the next datagram begins anew', () =>
  play(async ({ forwarder, front, answering, client, pass }) => {
    const at = front([await answering('a'), await answering('b')])
    await forwarder.set('shop/dns', [at])
    const one = await client()
    const first = await ask(one, at, '1')
    pass(seconds(119))
    equal((await ask(one, at, '2'))[0], first[0])
    pass(seconds(120))
    notEqual((await ask(one, at, '3'))[0], first[0])
  }))

test('one address and port may be had by both protocols', () =>
  play(async ({ forwarder, front, answering, client }) => {
    const at = front([await answering('a')])
    await forwarder.set('shop/dns', [at, { ...at, protocol: 'TCP' }])
    deepEqual(forwarder.troubles, [])
    equal(await ask(await client(), at, '1'), 'a: 1')
  }))
