/** The forwarder with real sockets on this machine's loopback. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, connect as dial, type Server, type Socket } from 'node:net'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { noLog } from '@muster/base/log.ts'
import { systemClock } from '@muster/base/system.ts'
import { createForwarder, type Forwarder } from './forwarder.ts'
import type { Front, Target } from './fronts.ts'

/** A port that nobody has at the moment. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.77.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

/** Says its name, then everything that it is told, back. */
async function echo(name: string): Promise<Target & { readonly server: Server }> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {})
    socket.write(name)
    socket.pipe(socket)
  }).listen(0, '127.77.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return { address: '127.77.0.1', port, server }
}

async function connect({ address, port }: Target): Promise<Socket> {
  const socket = dial({ host: address, port, allowHalfOpen: true })
  await once(socket, 'connect')
  return socket
}

/** Everything that comes after this was said, until the other side ends. */
async function ask(target: Target, words = ''): Promise<string> {
  const socket = await connect(target)
  socket.end(words)
  let heard = ''
  for await (const chunk of socket) heard += chunk
  return heard
}

interface Stage {
  readonly forwarder: Forwarder
  readonly front: (targets: readonly Target[], more?: Partial<Front>) => Front
  readonly echo: typeof echo
}

async function play(run: (stage: Stage) => Promise<void>, more: { readonly lowestPort?: number } = {}) {
  const forwarder = createForwarder({ clock: systemClock, log: noLog, connectMs: 500, ...more })
  const servers: Server[] = []
  const port = await freePort()
  try {
    await run({
      forwarder,
      front: (targets, own = {}) => ({ address: '127.77.0.2', port, protocol: 'TCP', targets, ...own }),
      async echo(name) {
        const made = await echo(name)
        servers.push(made.server)
        return made
      },
    })
  } finally {
    await forwarder.close()
    for (const server of servers) server.close()
  }
}

test('connections take turns over the targets, and carry everything both ways', () =>
  play(async ({ forwarder, front, echo: start }) => {
    const [a, b] = [await start('a'), await start('b')]
    const at = front([a, b])
    await forwarder.set('shop/web', [at])
    deepEqual((await Promise.all([1, 2, 3, 4].map(() => ask(at)))).sort(), ['a', 'a', 'b', 'b'])
    const long = 'x'.repeat(5_000_000)
    equal((await ask(at, long)).length, long.length + 1)
  }))

test('a target that is gone costs a try at the next, and no connection', () =>
  play(async ({ forwarder, front, echo: start }) => {
    const gone = { address: '127.77.0.1', port: await freePort() }
    const at = front([gone, await start('b')])
    await forwarder.set('shop/web', [at])
    deepEqual(await Promise.all([1, 2, 3, 4].map(() => ask(at))), ['b', 'b', 'b', 'b'])
  }))

test('who is connected stays when targets change, and new ones go to the new', () =>
  play(async ({ forwarder, front, echo: start }) => {
    const [a, b] = [await start('a'), await start('b')]
    await forwarder.set('shop/web', [front([a])])
    const old = await connect(front([]))
    equal(String((await once(old, 'data'))[0]), 'a')
    await forwarder.set('shop/web', [front([b])])
    equal(await ask(front([])), 'b')
    old.write('still there')
    equal(String((await once(old, 'data'))[0]), 'still there')
    await forwarder.set('shop/web', [])
    await rejects(ask(front([])), /ECONNREFUSED/)
    old.end('and now')
    let rest = ''
    for await (const chunk of old) rest += chunk
    equal(rest, 'and now')
  }))

test('nobody behind a service: whoever comes is refused', () =>
  play(async ({ forwarder, front }) => {
    await forwarder.set('shop/web', [front([])])
    await rejects(ask(front([])), /ECONNRESET/)
  }))

test('a port that may not be bound is served at another, which is told', () =>
  play(
    async ({ forwarder, front, echo: start }) => {
      const at = front([await start('a')], { port: 80 })
      await forwarder.set('shop/web', [at])
      const really = forwarder.addressOf(at.address, 80)
      equal(really.address, at.address)
      ok(really.port >= 1024)
      equal(await ask(really), 'a')
      deepEqual(forwarder.troubles, [])
    },
    { lowestPort: 1024 },
  ))

test('an address that somebody else has, and a protocol that is not carried, are told of by name', () =>
  play(async ({ forwarder, front, echo: start }) => {
    const taken = await start('somebody else')
    const calls = front([], { port: 5060, protocol: 'SCTP' })
    await forwarder.set('shop/web', [front([], taken), calls])
    deepEqual(forwarder.troubles, [
      {
        service: 'shop/web',
        front: `${taken.address}:${taken.port}`,
        why: `cannot listen at ${taken.address}:${taken.port}: EADDRINUSE`,
      },
      { service: 'shop/web', front: 'SCTP 127.77.0.2:5060', why: 'SCTP is not forwarded on this machine' },
    ])
    await forwarder.set('shop/web', [])
    deepEqual(forwarder.troubles, [])
  }))

test('a client with affinity stays with its target', () =>
  play(async ({ forwarder, front, echo: start }) => {
    const at = front([await start('a'), await start('b')], { affinitySeconds: 60 })
    await forwarder.set('shop/web', [at])
    const heard = new Set<string>()
    for (let times = 0; times < 6; times++) heard.add(await ask(at))
    equal(heard.size, 1)
  }))

test('a client that breaks off ends the other side too', () =>
  play(async ({ forwarder, front, echo: start }) => {
    const a = await start('a')
    await forwarder.set('shop/web', [front([a])])
    const socket = await connect(front([]))
    await once(socket, 'data')
    const before = await new Promise<number>((resolve) => a.server.getConnections((_, count) => resolve(count)))
    socket.resetAndDestroy()
    const deadline = Date.now() + 5_000
    let left = before
    while (left > 0 && Date.now() < deadline) {
      await sleep(10)
      left = await new Promise<number>((resolve) => a.server.getConnections((_, count) => resolve(count)))
    }
    deepEqual([before, left], [1, 0])
  }))
