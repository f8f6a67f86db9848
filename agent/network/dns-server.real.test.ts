/** The cluster's DNS, asked by Node's own resolver (c-ares), over real sockets. */
import { deepEqual, equal, rejects } from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { promises } from 'node:dns'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import type { Service } from '@muster/api/types/core-v1.ts'
import type { EndpointSlice } from '@muster/api/types/discovery-v1.ts'
import { seconds } from '@muster/base/clock.ts'
import { systemClock } from '@muster/base/system.ts'
import { decode, encode, type Packet } from 'dns-packet'
import type { DnsWorld } from './dns-names.ts'
import { type DnsDeps, openDnsServer } from './dns-server.ts'
import type { Target } from './fronts.ts'

const service = (name: string, spec: Service['spec']): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'shop' },
  ...(spec ? { spec } : {}),
})
const services = [
  service('web', { clusterIP: '10.0.0.1', ports: [{ name: 'http', port: 80 }] }),
  service('many', { clusterIP: 'None' }),
  service('outside', { type: 'ExternalName', externalName: 'example.com' }),
]
const MANY = 200
const slice: EndpointSlice = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'many-1', namespace: 'shop' },
  addressType: 'IPv4',
  endpoints: Array.from({ length: MANY }, (_, at) => ({ addresses: [`10.1.0.${at}`] })),
}
const world: DnsWorld = {
  service: (_namespace, name) => services.find(({ metadata }) => metadata.name === name),
  services: () => services,
  slicesOf: (_namespace, name) => (name === 'many' ? [slice] : []),
}

/** A resolver of the machine: it says 192.0.2.7 to whatever it is asked, or nothing. */
async function otherResolver(isDeaf = false): Promise<Target & { close(): void }> {
  const socket = createSocket('udp4').bind(0, '127.77.0.9')
  await once(socket, 'listening')
  socket.on('message', (question, from) => {
    const { id = 0, questions = [] } = decode(question)
    const answers = questions.map(({ name }) => ({ type: 'A' as const, name, ttl: 1, data: '192.0.2.7' }))
    if (!isDeaf) socket.send(encode({ type: 'response', id, questions, answers }), from.port, from.address)
  })
  return { address: '127.77.0.9', port: socket.address().port, close: () => socket.close() }
}

async function play(run: (resolver: promises.Resolver, at: Target) => Promise<void>, deps: Partial<DnsDeps> = {}) {
  const address = '127.77.0.8'
  const server = await openDnsServer({ address, port: 0 }, { world, upstream: [], clock: systemClock, ...deps })
  const resolver = new promises.Resolver({ timeout: 3_000, tries: 1 })
  resolver.setServers([`${address}:${server.port}`])
  try {
    await run(resolver, { address, port: server.port })
  } finally {
    await server.close()
  }
}

test('names of the cluster: addresses, ports, the way back, and none', () =>
  play(async (resolver) => {
    deepEqual(await resolver.resolve4('web.shop.svc.cluster.local'), ['10.0.0.1'])
    deepEqual(await resolver.resolveSrv('_http._tcp.web.shop.svc.cluster.local'), [
      { type: 'SRV', name: 'web.shop.svc.cluster.local', port: 80, priority: 0, weight: 100 },
    ])
    deepEqual(await resolver.resolveTxt('dns-version.cluster.local'), [['1.1.0']])
    deepEqual(await resolver.reverse('10.0.0.1'), ['web.shop.svc.cluster.local'])
    await rejects(resolver.resolve4('missing.shop.svc.cluster.local'), { code: 'ENOTFOUND' })
    await rejects(resolver.resolve6('web.shop.svc.cluster.local'), { code: 'ENODATA' })
  }))

test('an answer that no datagram has room for comes over TCP', () =>
  play(async (resolver) => {
    equal((await resolver.resolve4('many.shop.svc.cluster.local')).length, MANY)
  }))

test('a datagram holds no more than whoever asks can take: the rest is for TCP', () =>
  play(async (_resolver, { address, port }) => {
    const socket = createSocket('udp4').unref()
    socket.connect(port, address)
    await once(socket, 'connect')
    const ask = async (additionals: Packet['additionals'] = []) => {
      const questions = [{ type: 'A' as const, name: 'many.shop.svc.cluster.local' }]
      socket.send(encode({ type: 'query', id: 7, questions, additionals }))
      const [answer] = await once(socket, 'message', { signal: AbortSignal.timeout(5_000) })
      const { flag_tc: isCut, answers = [] } = decode(answer)
      return [isCut, answers.length, answer.length <= 512]
    }
    deepEqual(await ask(), [true, 0, true])
    const large = {
      type: 'OPT' as const,
      name: '.',
      udpPayloadSize: 60_000,
      extendedRcode: 0,
      ednsVersion: 0,
      flags: 0,
    }
    deepEqual(await ask([{ ...large, flag_do: false, options: [] }]), [false, MANY, false])
  }))

test('names of the world are asked of the machine’s resolvers, the next when one is deaf; an alias with what it stands for', async () => {
  const [deaf, other] = [await otherResolver(true), await otherResolver()]
  try {
    await play(
      async (resolver) => {
        deepEqual(await resolver.resolve4('example.com'), ['192.0.2.7'])
        deepEqual(await resolver.resolve4('outside.shop.svc.cluster.local'), ['192.0.2.7'])
        deepEqual(await resolver.resolveCname('outside.shop.svc.cluster.local'), ['example.com'])
      },
      { upstream: [deaf, other], upstreamWait: seconds(0.2) },
    )
  } finally {
    deaf.close()
    other.close()
  }
})

test('without anybody to ask, the name of the world has a failure; what is no question has no answer', () =>
  play(async (resolver, { address, port }) => {
    await rejects(resolver.resolve4('example.com'), { code: 'ESERVFAIL' })
    const socket = createSocket('udp4')
    for (const junk of ['', 'x', '\x00'.repeat(11), '\xff'.repeat(600)]) socket.send(junk, port, address)
    deepEqual(await resolver.resolve4('web.shop.svc.cluster.local'), ['10.0.0.1'])
    socket.close()
  }))

test('a port that somebody has is an error, and nothing of ours stays there', async () => {
  const server = createServer().listen(0, '127.77.0.8')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const at = { address: '127.77.0.8', port }
  await rejects(openDnsServer(at, { world, upstream: [], clock: systemClock }), { code: 'EADDRINUSE' })
  server.close()
  await once(server, 'close')
  const opened = await openDnsServer(at, { world, upstream: [], clock: systemClock })
  await opened.close()
})
