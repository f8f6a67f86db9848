/** Steps that take time: commands and requests of probes and hooks, and what is said of drivers that fail. */
import { deepEqual, equal, match } from 'node:assert/strict'
import { test } from 'node:test'
import type { Container, Pod } from '@muster/api/types/core-v1.ts'
import { type Duration, seconds } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import { simClock } from '@muster/sim/clock.ts'
import { rangeNetwork } from './addresses.ts'
import { hostImages } from './container/image.ts'
import type { Driver, RunOrder, Session } from './driver.ts'
import { createFakeMachine } from './fake/fake-machine.ts'
import { memoryFileSystem } from './files/memory-file-system.ts'
import { type PerformDeps, perform } from './perform.ts'
import type { ProbeRequest } from './probe/request.ts'
import { createTokens } from './volumes/tokens.ts'

const app: Container = { name: 'app', image: 'host/app', ports: [{ name: 'web', containerPort: 8080 }] }
const podOf = (container: Partial<Container>): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', uid: 'u1' },
  spec: { containers: [{ ...app, ...container }] },
  status: { podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }] },
})

function stage(driver: Partial<Driver> = {}) {
  const clock = simClock()
  const requests: ProbeRequest[] = []
  const machine = createFakeMachine({ clock, random: { next: () => 0 } })
  const none = async () => undefined
  const deps: PerformDeps = {
    clock,
    driver: { ...machine.driver, ...driver },
    network: rangeNetwork({ family: 'IPv4', bits: 0x0a000000n, prefixLength: 24 }),
    prober: {
      async ask(request) {
        requests.push(request)
        return { result: 'success', output: '' }
      },
    },
    orders: {
      findImage: hostImages({}),
      environment: {},
      volumes: {
        files: memoryFileSystem(),
        root: '/agent',
        now: () => clock.now(),
        claim: none,
        persistentVolume: none,
      },
      find: async () => ({ configMaps: new Map(), secrets: new Map() }),
      resolvers: { machine: '' },
      servicesOf: () => [],
      namesIn: () => [],
    },
    tokens: createTokens({ call: none }, clock),
    takeRun: async () => {},
    node: { addresses: ['192.0.2.1'], allocatable: {} },
  }
  return { clock, deps, requests }
}

const printing = (text: string, exitCode: number): Session => ({
  stdout: (async function* () {
    yield new TextEncoder().encode(text)
  })(),
  stderr: (async function* () {})(),
  resize() {},
  close() {},
  ended: Promise.resolve({ exitCode }),
})
const of = { container: 'app', attempt: 0 }
const probe = { do: 'probe', probe: 'liveness', ...of } as const

test('a command of a probe: its exit code counts, its output is told, literal variables are expanded', async () => {
  const commands: (readonly string[])[] = []
  const { deps } = stage({
    async exec(_run, command) {
      commands.push(command)
      return printing('not well', 3)
    },
  })
  const livenessProbe = { exec: { command: ['check', '$(A)', '$(B)'] } }
  const env = [
    { name: 'A', value: 'one' },
    { name: 'B', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
  ]
  const news = await perform(deps, podOf({ livenessProbe, env }), probe)
  deepEqual(news, { news: 'probed', probe: 'liveness', ...of, result: 'failure', output: 'not well' })
  deepEqual(commands, [['check', 'one', '$(B)']])
})

test('a command that takes too long has failed, and is closed', async () => {
  let closed = 0
  const hanging = { ...printing('', 0), ended: new Promise<never>(() => {}), close: () => closed++ }
  const { deps, clock } = stage({ exec: async () => hanging })
  const asked = perform(deps, podOf({ livenessProbe: { exec: { command: ['sleep', '9'] }, timeoutSeconds: 2 } }), probe)
  await clock.advance(seconds(3))
  const news = await asked
  equal(news?.news === 'probed' && news.output, 'command timed out: "sleep" "9" timed out after 2s')
  equal(closed, 1)
})

test('a probe that cannot be made is an error after three tries; ports are found by name', async () => {
  let tries = 0
  const { deps, requests } = stage({
    async exec() {
      tries++
      throw new ControlError('Unavailable', 'no such run')
    },
  })
  const news = await perform(deps, podOf({ livenessProbe: { exec: { command: ['x'] } } }), probe)
  deepEqual([tries, news?.news === 'probed' && news.result], [3, 'error'])
  await perform(deps, podOf({ livenessProbe: { httpGet: { port: 'web', path: 'up' } } }), probe)
  const [asked] = requests
  deepEqual(asked?.ask === 'http' && [asked.host, asked.port, asked.path, asked.headers[0]], [
    '10.0.0.1',
    8080,
    '/up',
    ['User-Agent', 'kube-probe/1.36'],
  ])
  const unknown = await perform(deps, podOf({ livenessProbe: { tcpSocket: { port: 'none' } } }), probe)
  equal(unknown?.news === 'probed' && unknown.output, "couldn't find port: none")
})

test('hooks: a command that fails says so to the pod, sleep sleeps, a request is made', async () => {
  const { deps, clock, requests } = stage({ exec: async () => printing('oh', 1) })
  const hook = { do: 'hook', hook: 'preStop', ...of } as const
  const failed = await perform(deps, podOf({ lifecycle: { preStop: { exec: { command: ['a', 'b'] } } } }), hook)
  match(
    failed?.news === 'hook-ended' ? (failed.failure ?? '') : '',
    /^Exec lifecycle hook \(\[a b\]\) for Container "app" in Pod "web_shop\(u1\)" failed - error: .* message: "oh"$/,
  )
  let isOver = false
  const sleeping = perform(deps, podOf({ lifecycle: { preStop: { sleep: { seconds: 5 } } } }), hook).then(() => {
    isOver = true
  })
  await clock.advance(4999 as Duration)
  equal(isOver, false)
  await clock.advance(1 as Duration)
  await sleeping
  await perform(deps, podOf({ lifecycle: { preStop: { httpGet: { port: 80 } } } }), hook)
  equal(requests.length, 1)
})

test('a start: what cannot be run is a run, a driver that is away is not', async () => {
  const start = { do: 'start', ...of } as const
  const failing = (code: 'Invalid' | 'Unavailable') =>
    stage({
      async start(_order: RunOrder) {
        throw new ControlError(code, 'why')
      },
    }).deps
  deepEqual(await perform(failing('Invalid'), podOf({}), start), {
    news: 'not-started',
    ...of,
    trouble: 'run',
    message: 'why',
  })
  deepEqual(await perform(failing('Unavailable'), podOf({}), start), {
    news: 'not-started',
    ...of,
    trouble: 'driver',
    message: 'why',
  })
  deepEqual(await perform(stage().deps, podOf({}), start), { news: 'started', ...of })
})

test('addresses: the known one again, the next free one otherwise, none when all are taken', async () => {
  const network = rangeNetwork({ family: 'IPv4', bits: 0x0a000000n, prefixLength: 29 })
  deepEqual(await network.take('a', ['10.0.0.2']), ['10.0.0.2'])
  deepEqual(await network.take('b', []), ['10.0.0.1'])
  deepEqual(await network.take('c', ['10.0.0.1']), ['10.0.0.3'])
  deepEqual(await network.take('a', []), ['10.0.0.2'])
  for (const uid of ['d', 'e', 'f']) await network.take(uid, [])
  await network.take('g', []).then(
    () => match('it was given one', /never/),
    (error) => match(String(error), /all addresses of the node's range are taken by 6 pods/),
  )
  await network.giveBack('b')
  deepEqual(await network.take('g', []), ['10.0.0.1'])
})
