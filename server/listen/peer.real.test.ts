/** A client's certificate is taken from its connection once, and read once, however much is asked over it. */
import { deepEqual, equal, notEqual, ok } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:http2'
import { Agent, request as requestHttp1 } from 'node:https'
import { type TestContext, test } from 'node:test'
import { TLSSocket } from 'node:tls'
import { type ApiRequest, answerText } from '@muster/api/message.ts'
import { systemClock } from '@muster/base/system.ts'
import { issueClientCertificate } from '../auth/certificates.ts'
import { createCertificateReader } from '../auth/client-certificate.ts'
import { makeIdentities, makeServing } from '../auth/identities.ts'
import { listen } from './listener.ts'

/** One connection, over which requests go one after the other. */
interface Connection {
  ask(): Promise<void>
  close(): void
}
type Tls = { readonly ca: string; readonly cert?: string; readonly key?: string }

function connectHttp2(port: number, tls: Tls): Connection {
  const session = connect(`https://127.0.0.1:${port}`, tls)
  return {
    async ask() {
      const stream = session.request({ ':path': '/api' })
      await once(stream.resume(), 'close')
    },
    close: () => session.close(),
  }
}

function connectHttp1(port: number, tls: Tls): Connection {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ...tls })
  return {
    async ask() {
      const request = requestHttp1({ host: '127.0.0.1', port, path: '/api', agent })
      request.end()
      const [response] = await once(request, 'response')
      await once(response.resume(), 'end')
    },
    close: () => agent.destroy(),
  }
}

async function open(t: TestContext) {
  const making = { now: systemClock.now(), entropy: (count: number) => new Uint8Array(randomBytes(count)) }
  const { authority, server } = await makeServing(['127.0.0.1'], making)
  const { authority: ofClients } = await makeIdentities('default', making)
  const heard: ApiRequest[] = []
  const listener = await listen({
    host: '127.0.0.1',
    port: 0,
    tls: { key: server.privateKey, certificate: server.certificate, clientCa: ofClients.certificate },
    clock: systemClock,
    handle: async (request) => {
      heard.push(request)
      return answerText(200, 'done')
    },
  })
  t.after(() => listener.close())
  const taken = t.mock.method(TLSSocket.prototype, 'getPeerX509Certificate').mock
  const read = createCertificateReader([ofClients.certificate])
  return {
    heard,
    /** How often a certificate has been asked for. */
    taken: () => taken.callCount(),
    /** Whom the server takes the sender of a request for. */
    userOf: ({ clientCertificate }: ApiRequest) => {
      ok(clientCertificate)
      const user = read(clientCertificate, systemClock.now())
      ok(!('refused' in user))
      return user
    },
    connectAs: async (connecting: typeof connectHttp1, username?: string) => {
      const issued = username && (await issueClientCertificate(ofClients, { username, groups: ['dev'] }, making))
      const shown = issued ? { cert: issued.certificate, key: issued.privateKey } : {}
      const connection = connecting(listener.port, { ca: authority.certificate, ...shown })
      t.after(() => connection.close())
      return connection
    },
  }
}

for (const [name, connecting] of [
  ['HTTP/2', connectHttp2],
  ['HTTP/1.1', connectHttp1],
] as const) {
  test(`${name}: a certificate is taken and read once for each connection`, async (t) => {
    const { heard, taken, userOf, connectAs } = await open(t)
    const ada = await connectAs(connecting, 'ada')
    for (let asked = 0; asked < 3; asked++) await ada.ask()
    equal(taken(), 1)
    const [first, ...others] = heard
    ok(first)
    equal(others.length, 2)
    for (const other of others) {
      equal(other.clientCertificate, first.clientCertificate)
      // What was read of it is the very same object, and so was not read again.
      equal(userOf(other), userOf(first))
    }
    deepEqual([userOf(first).username, userOf(first).groups], ['ada', ['dev']])

    const bob = await connectAs(connecting, 'bob')
    await bob.ask()
    await ada.ask()
    equal(taken(), 2)
    const [ofBob, ofAda] = heard.slice(3)
    ok(ofBob && ofAda)
    deepEqual([userOf(ofBob).username, userOf(ofAda)], ['bob', userOf(first)])

    // The same certificate over another connection was proven anew, and is taken anew.
    const again = await connectAs(connecting, 'ada')
    await again.ask()
    equal(taken(), 3)
    notEqual(heard[5]?.clientCertificate, first.clientCertificate)
  })

  test(`${name}: who shows no certificate is asked for it once`, async (t) => {
    const { heard, taken, connectAs } = await open(t)
    const nobody = await connectAs(connecting)
    for (let asked = 0; asked < 3; asked++) await nobody.ask()
    equal(taken(), 1)
    deepEqual(
      heard.map(({ clientCertificate, remoteAddress }) => [clientCertificate, remoteAddress]),
      Array(3).fill([undefined, '127.0.0.1']),
    )
  })
}
