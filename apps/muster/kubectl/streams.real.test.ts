/** exec, attach, logs, port-forward, cp, proxies and top, by every kubectl of this machine, over real processes. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, get, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { Handle } from '@muster/api/message.ts'
import { systemClock } from '@muster/base/system.ts'
import { makeServing } from '@muster/server/auth/identities.ts'
import { dialOver } from '@muster/server/listen/dial.ts'
import { type Listener, listen } from '@muster/server/listen/listener.ts'
import { createAgentRoster } from '@muster/server/nodes/agents.ts'
import { createConnectors } from '@muster/server/nodes/connectors.ts'
import { askMuster } from '@muster/server/oracle/ask-muster.ts'
import { openTestApi, type TestApi } from '@muster/server/testing/open-test-api.ts'
import { needs } from '@muster/tools/real.ts'
import { findKubectls, type Kubectl } from './find-kubectls.ts'
import { createHostAgent, type HostAgent } from './host-agent.ts'

const kubectls = await findKubectls()
/** What not every kubectl and protocol has, or what it is enough to see with the oldest and the newest. */
const testWhere = (isSo: boolean) => (isSo ? test : () => {})

test('there is a kubectl to talk with', { skip: needs('kubectl', kubectls.length > 0) }, () => {})

const home = mkdtempSync(join(tmpdir(), 'muster-streams-'))
const kubeconfig = join(home, 'kubeconfig')
const inPod = join(home, 'pod')
let api: TestApi
let listener: Listener
let agent: HostAgent
let behind: Server
let port = 0
/** What clients have asked to switch to since the test began. */
let switchedTo: string[] = []

before(async () => {
  mkdirSync(inPod)
  agent = createHostAgent(inPod)
  const agents = createAgentRoster()
  agents.put('default', 'n1', agent)
  const connectors = createConnectors({ agents, clock: systemClock, dial: dialOver(systemClock) })
  api = await openTestApi({ clock: systemClock, connectors })
  const entropy = (count: number) => new Uint8Array(randomBytes(count))
  const { server } = await makeServing(['127.0.0.1'], { now: systemClock.now(), entropy })
  const tls = { key: server.privateKey, certificate: server.certificate, clientCa: server.certificate }
  const handle: Handle = (request) => {
    const { upgrade } = request.headers
    if (upgrade) switchedTo.push(request.headers['sec-websocket-protocol'] ?? upgrade)
    return api.handle(request)
  }
  listener = await listen({ host: '127.0.0.1', port: 0, tls, clock: systemClock, handle })
  behind = createServer((request, response) => {
    if (request.url === '/echo') return void request.pipe(response)
    if (request.url === '/away') return void response.writeHead(302, { location: '/there' }).end()
    response.end(`${request.method} ${request.url} ${request.headers['x-forwarded-uri'] ?? ''}`)
  })
  behind.listen(0, '127.0.0.1')
  await once(behind, 'listening')
  port = addressOf(behind).port
  writeFileSync(kubeconfig, JSON.stringify(kubeconfigOf(`https://127.0.0.1:${listener.port}`, api.adminToken)))
  await makePod()
})
after(async () => {
  agent?.end()
  behind?.close()
  behind?.closeAllConnections()
  api?.close()
  await listener?.close()
  rmSync(home, { recursive: true, force: true })
})

const addressOf = (server: Server): AddressInfo => {
  const address = server.address()
  ok(address && typeof address === 'object')
  return address
}

const kubeconfigOf = (server: string, token: string) => ({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'c',
  clusters: [{ name: 'c', cluster: { server, 'insecure-skip-tls-verify': true } }],
  users: [{ name: 'u', user: { token } }],
  contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
})

/** `web` on node `n1`, with the containers `main` and `side`. */
async function makePod(): Promise<void> {
  const send = askMuster(api)
  const write = async (method: string, path: string, body: object) => {
    const headers = { 'content-type': 'application/json' }
    const answer = await send({ method, path, headers, identity: 'admin', body: Buffer.from(JSON.stringify(body)) })
    ok(answer.status < 300, answer.body)
    return JSON.parse(answer.body)
  }
  const room = { cpu: '2', memory: '4Gi', pods: '110' }
  const node = await write('POST', '/api/v1/nodes', { metadata: { name: 'n1' } })
  await write('PUT', '/api/v1/nodes/n1/status', { ...node, status: { capacity: room, allocatable: room } })
  await write('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })
  const ports = [{ containerPort: port }]
  const containers = [
    { name: 'main', image: 'host/sh', ports },
    { name: 'side', image: 'host/sh' },
  ]
  const spec = { nodeName: 'n1', containers }
  const pod = await write('POST', '/api/v1/namespaces/default/pods', { metadata: { name: 'web' }, spec })
  const running = (name: string) => ({
    name,
    ready: true,
    restartCount: 0,
    image: 'host/sh',
    imageID: '',
    state: { running: {} },
  })
  await write('PUT', '/api/v1/namespaces/default/pods/web/status', {
    ...pod,
    status: {
      phase: 'Running',
      podIP: '127.0.0.1',
      podIPs: [{ ip: '127.0.0.1' }],
      containerStatuses: [running('main'), running('side')],
    },
  })
  const line = (second: number, text: string) => ({ at: `2026-01-01T00:00:0${second}Z`, text })
  agent.logs.set('main', [line(1, 'one'), line(2, 'two'), line(3, 'three')])
  agent.logs.set('side', [line(1, 'beside')])
  agent.previousLogs.set('main', [line(0, 'before')])
}

interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
  readonly bytes: Buffer
}

type Protocol = 'SPDY' | 'WebSocket'

function start(kubectl: Kubectl, protocol: Protocol, args: readonly string[], wrap?: (line: string) => string) {
  const isWebSocket = String(protocol === 'WebSocket')
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    KUBECONFIG: kubeconfig,
    KUBECTL_REMOTE_COMMAND_WEBSOCKETS: isWebSocket,
    KUBECTL_PORT_FORWARD_WEBSOCKETS: isWebSocket,
  }
  const line = wrap?.([kubectl.path, ...args].join(' '))
  const [program, given] = line === undefined ? [kubectl.path, args] : ['script', ['-qfec', line, '/dev/null']]
  return spawn(program, given, { cwd: home, env, stdio: 'pipe' })
}

async function run(
  kubectl: Kubectl,
  protocol: Protocol,
  args: readonly string[],
  input?: Buffer,
  wrap?: (line: string) => string,
): Promise<Ran> {
  const child = start(kubectl, protocol, args, wrap)
  child.stdin.on('error', () => {})
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (piece) => out.push(piece))
  child.stderr.on('data', (piece) => err.push(piece))
  if (input !== undefined) child.stdin.end(input)
  const limit = setTimeout(() => child.kill('SIGKILL'), 60_000)
  const [code] = await once(child, 'close')
  clearTimeout(limit)
  const bytes = Buffer.concat(out)
  return { code, out: bytes.toString(), err: Buffer.concat(err).toString(), bytes }
}

const said = ({ code, out, err }: Ran) => ({ code, out, err })

/** A kubectl that cannot do the one falls back on SPDY/3.1, which the tests of the others would not see. */
const IN_WEBSOCKET = /^v5\.channel\.k8s\.io$|^SPDY\/3\.1\+portforward\.k8s\.io$/

/** WebSockets came with 1.29, for port-forward with 1.30. */
const protocolsOf = ({ minor }: Kubectl): readonly Protocol[] => (minor < 29 ? ['SPDY'] : ['SPDY', 'WebSocket'])

for (const [at, kubectl] of kubectls.entries()) {
  // What takes seconds, the oldest and the newest tell of all.
  const isAtEnd = at === 0 || at === kubectls.length - 1
  for (const protocol of protocolsOf(kubectl)) {
    describe(`kubectl 1.${kubectl.minor} over ${protocol}`, () => {
      const kube = (args: string, input?: Buffer) => run(kubectl, protocol, args.split(' '), input)
      const sh = (script: string, flags: readonly string[] = [], input?: Buffer) =>
        run(kubectl, protocol, ['exec', ...flags, 'web', '-c', 'main', '--', 'sh', '-c', script], input)

      beforeEach(() => {
        switchedTo = []
      })
      afterEach(async () => {
        for (let tried = 0; tried < 200 && agent.running() > 0; tried++) await delay(10)
        equal(agent.running(), 0, 'a process is left')
        for (const one of switchedTo) match(one, protocol === 'SPDY' ? /^SPDY\/3.1$/ : IN_WEBSOCKET)
      })

      test('exec gives both outputs and the exit code', async () => {
        deepEqual(said(await sh('echo out; echo err >&2')), { code: 0, out: 'out\n', err: 'err\n' })
        const failed = await sh('echo out; exit 7')
        deepEqual([failed.code, failed.out], [7, 'out\n'])
        match(failed.err, /command terminated with exit code 7/)
        equal(switchedTo.length, 2)
      })

      test('exec takes input until it ends', async () => {
        const { code, out } = await sh('cat; echo end', ['-i'], Buffer.from('given\n'))
        deepEqual([code, out], [0, 'given\nend\n'])
      })

      test('a command that there is not is an error in words', async () => {
        const { code, err } = await kube('exec web -c main -- no-such-program')
        equal(code, 1)
        match(err, /error executing command in container: .*no-such-program/)
      })

      testWhere(isAtEnd)('50 MB go in and come back, in bounded memory', async () => {
        const size = 50 * 1024 * 1024
        const sent = randomBytes(size)
        const before = process.memoryUsage.rss()
        let most = 0
        const watching = setInterval(() => {
          most = Math.max(most, process.memoryUsage.rss() - before)
        }, 20)
        const child = start(kubectl, protocol, ['exec', '-i', 'web', '-c', 'main', '--', 'cat'])
        const hash = createHash('sha256')
        let [received, unequal] = [0, 0]
        child.stdout.on('data', (piece: Buffer) => {
          if (Buffer.compare(piece, sent.subarray(received, received + piece.length)) !== 0) unequal++
          received += piece.length
          hash.update(piece)
        })
        child.stdin.end(sent)
        const [code] = await once(child, 'close')
        clearInterval(watching)
        deepEqual([code, received, unequal], [0, size, 0])
        ok(most < 200 * 1024 * 1024, `memory grew by ${most} bytes`)
      })

      testWhere(isAtEnd)('a reader that does not read holds up the process', async () => {
        const file = join(inPod, 'written')
        rmSync(file, { force: true })
        const child = start(kubectl, protocol, ['exec', 'web', '-c', 'main', '--', 'sh', '-c', ENDLESS])
        try {
          // Nothing is read: what the process can say is what lies on the way.
          const last = await whenStill(() => (existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0))
          ok(last < 1000, `${last} of 6400 blocks of 32 KiB were written`)
          let received = 0
          for await (const piece of child.stdout) received += piece.length
          equal(received, 6400 * 32 * 1024)
        } finally {
          child.kill('SIGKILL')
        }
      })

      test('a client that goes away ends its process', async () => {
        const child = start(kubectl, protocol, ['exec', 'web', '-c', 'main', '--', 'sh', '-c', 'echo here; sleep 60'])
        await once(child.stdout, 'data')
        equal(agent.running(), 1)
        child.kill('SIGKILL')
        await once(child, 'close')
      })

      test('a terminal has the size of the client', async () => {
        agent.sizes.length = 0
        const wrap = (line: string) => `stty cols 101 rows 37; ${line}`
        const { code, out } = await run(kubectl, protocol, 'exec -it web -c main -- tty'.split(' '), undefined, wrap)
        equal(code, 0, out)
        match(out, /\/dev\/pts\/\d+/)
        deepEqual(agent.sizes[0], { columns: 101, rows: 37 })
      })

      test('attach takes and gives', async () => {
        const { code, out } = await kube('attach -i web -c main', Buffer.from('hello\n'))
        deepEqual([code, out.includes('hello\n')], [0, true])
      })

      const hasTunnel = protocol === 'SPDY' || kubectl.minor >= 30
      testWhere(hasTunnel)('port-forward carries many connections at once', async () => {
        const child = start(kubectl, protocol, ['port-forward', 'web', `:${port}`])
        const line = await firstLine(child.stdout)
        const [, local] = /127\.0\.0\.1:(\d+)/.exec(line) ?? []
        const bodies = await Promise.all(Array.from({ length: 20 }, (_, at) => ask(Number(local), `/page${at}`)))
        deepEqual(
          bodies,
          bodies.map((_, at) => `GET /page${at} `),
        )
        const large = randomBytes(3 * 1024 * 1024)
        const back = await post(Number(local), '/echo', large)
        equal(Buffer.compare(back, large), 0)
        child.kill()
        await once(child, 'close')
      })

      testWhere(hasTunnel)('port-forward to a port where nobody listens says so', async () => {
        const child = start(kubectl, protocol, ['port-forward', 'web', ':1'])
        const err: Buffer[] = []
        child.stderr.on('data', (piece) => err.push(piece))
        const [, local] = /127\.0\.0\.1:(\d+)/.exec(await firstLine(child.stdout)) ?? []
        await ask(Number(local), '/').catch(() => {})
        for (let tried = 0; tried < 100 && err.length === 0; tried++) await delay(20)
        match(Buffer.concat(err).toString(), /error forwarding port 1 to pod web, uid .*: connect ECONNREFUSED/)
        child.kill()
        await once(child, 'close')
      })

      test('cp carries a file and a folder both ways', async () => {
        const from = join(home, 'from')
        mkdirSync(join(from, 'deep'), { recursive: true })
        const content = randomBytes(1024 * 1024)
        writeFileSync(join(from, 'deep', 'file'), content)
        const there = await kube(`cp -c main ${from} web:${join(inPod, 'copied')}`)
        equal(there.code, 0, there.err)
        equal(Buffer.compare(readFileSync(join(inPod, 'copied', 'deep', 'file')), content), 0)
        const back = await kube(`cp -c main web:${join(inPod, 'copied', 'deep', 'file')} ${join(home, 'back')}`)
        equal(back.code, 0, back.err)
        equal(Buffer.compare(readFileSync(join(home, 'back')), content), 0)
        for (const path of [from, join(home, 'back'), join(inPod, 'copied')]) rmSync(path, { recursive: true })
      })
    })
  }

  describe(`kubectl 1.${kubectl.minor}, over no protocol in particular`, () => {
    const kube = (args: string) => run(kubectl, 'SPDY', args.split(' '))

    for (const [args, expected] of [
      ['logs web -c main', 'one\ntwo\nthree\n'],
      ['logs web -c main --tail=1', 'three\n'],
      ['logs web -c main --limit-bytes=5', 'one\nt'],
      ['logs web -c main --since-time=2026-01-01T00:00:02Z', 'two\nthree\n'],
      ['logs web -c main --timestamps --tail=1', '2026-01-01T00:00:03Z three\n'],
      ['logs web -c main --previous', 'before\n'],
    ] as const) {
      test(args, async () => deepEqual(said(await kube(args)), { code: 0, out: expected, err: '' }))
    }

    test('logs web --all-containers', async () => {
      const { out, ...more } = said(await kube('logs web --all-containers'))
      // kubectl asks for one after the other, in an order of chance.
      ok(['one\ntwo\nthree\nbeside\n', 'beside\none\ntwo\nthree\n'].includes(String(out)), String(out))
      deepEqual(more, { code: 0, err: '' })
    })

    test('logs of a run that there never was', async () => {
      const { code, err } = await kube('logs web -c side --previous')
      equal(code, 1)
      match(err, /previous terminated container "side" in pod "web" not found/)
    })

    test('logs -f goes on for as long as somebody reads', async () => {
      const child = start(kubectl, 'SPDY', 'logs -f web -c side --tail=0'.split(' '))
      const lines = agent.logs.get('side')
      const before = lines?.length ?? 0
      // What is written before it reads is not told: nobody knows when kubectl has come so far.
      const writing = setInterval(() => lines?.push({ at: '2026-01-01T00:00:09Z', text: 'later' }), 300)
      try {
        equal(await firstLine(child.stdout), 'later')
      } finally {
        clearInterval(writing)
        lines?.splice(before)
      }
      child.kill()
      await once(child, 'close')
    })

    test('top', async () => {
      const nodes = await kube('top nodes')
      match(nodes.out, /^n1\s+500m\s+25%\s+1024Mi\s+25%/m, nodes.err)
      const pods = await kube('top pods --containers')
      match(pods.out, /^web\s+main\s+250m\s+64Mi/m, pods.err)
    })

    test('proxies, by pod and by node', async () => {
      const web = '/api/v1/namespaces/default/pods/web/proxy'
      deepEqual(said(await kube(`get --raw ${web}/page?x=1`)), { code: 0, out: `GET /page?x=1 ${web}/page`, err: '' })
      match((await kube('get --raw /api/v1/namespaces/default/pods/web:1/proxy/')).err, /error trying to reach service/)
      equal((await kube('get --raw /api/v1/nodes/n1/proxy/healthz')).out, 'ok')
      const { out } = await kube('get --raw /api/v1/nodes/n1/proxy/stats/summary')
      equal(JSON.parse(out).pods[0].containers[0].memory.workingSetBytes, 64 * 1024 * 1024)
    })
  })
}

/** Writes 200 MB, and says in a file how many blocks it has got rid of. */
const ENDLESS = `python3 -c "
import sys
for block in range(6400):
    sys.stdout.buffer.write(bytes(32768)); sys.stdout.buffer.flush()
    open('written', 'w').write(str(block + 1))
"`

/** A count once it stands still, and has begun: it is 0 also for the instant in which its file is written anew. */
async function whenStill(count: () => number): Promise<number> {
  let last = 0
  for (let tried = 0; tried < 75; tried++) {
    const now = count()
    if (now > 0 && now === last) return now
    if (now > 0) last = now
    await delay(400)
  }
  throw new Error(`the count did not stand still within half a minute; it was ${last}`)
}

async function firstLine(stream: Readable): Promise<string> {
  let text = ''
  while (!text.includes('\n')) {
    const [piece] = await once(stream, 'data', { signal: AbortSignal.timeout(10_000) })
    text += String(piece)
  }
  return text.slice(0, text.indexOf('\n'))
}

function ask(local: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get({ host: '127.0.0.1', port: local, path, agent: false }, (response) => {
      const pieces: Buffer[] = []
      response.on('data', (piece) => pieces.push(piece))
      response.on('end', () => resolve(Buffer.concat(pieces).toString()))
    })
    request.on('error', reject)
  })
}

async function post(local: number, path: string, body: Buffer): Promise<Buffer> {
  const response = await fetch(`http://127.0.0.1:${local}${path}`, { method: 'POST', body: new Uint8Array(body) })
  return Buffer.from(await response.arrayBuffer())
}
