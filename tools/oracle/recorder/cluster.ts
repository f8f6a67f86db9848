/** etcd and kube-apiserver on loopback, with keys and data of their own in a folder that goes away with them. */
import { type ChildProcess, spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ControlError } from '@muster/base/errors.ts'
import { ADMIN } from '@muster/server/oracle/case.ts'
import type { Binaries } from './build.ts'
import { type Connection, connect } from './connection.ts'

/** A kube-apiserver that answers, and how to end it. */
export interface Cluster {
  readonly connection: Connection
  /** A folder of its own, for what a client wants to keep. */
  readonly folder: string
  /** The admin's way in, for clients that read one. */
  readonly kubeconfig: string
  /** Of etcd and of kube-apiserver. */
  readonly pids: readonly number[]
  end(): Promise<void>
}

/** What the admin shows. It opens nothing but this server, which lives for minutes on loopback. */
const ADMIN_TOKEN = 'oracle-admin-token'

/** It is up in about ten seconds; more means that it will not be. */
const START_TRIES_MAX = 240
const TRY_PAUSE_MS = 500

/** Where its data is, and whether it must outlive a loss of power: what is recorded need not. */
export interface ClusterOptions {
  readonly parent?: string
  readonly durable?: boolean
}

/** Starts both. Throws Unavailable with the end of the log when kube-apiserver is not ready in two minutes. */
export async function startCluster(
  binaries: Binaries,
  { parent = tmpdir(), durable = false }: ClusterOptions = {},
): Promise<Cluster> {
  const folder = await mkdtemp(join(parent, 'oracle-'))
  const [clientPort, peerPort, port] = await freePorts(3)
  const urls = { clients: `http://127.0.0.1:${clientPort}`, peers: `http://127.0.0.1:${peerPort}` }
  const etcd = startEtcd(binaries.etcd, folder, urls, durable)
  const flags = await apiserverFlags(folder, urls.clients, Number(port))
  const apiserver = start(binaries.kubeApiserver, flags)
  const end = async () => {
    for (const { child } of [apiserver, etcd]) await stop(child)
    await rm(folder, { recursive: true, force: true })
  }
  const connection = connect(Number(port), ADMIN_TOKEN)
  for (let tries = 0; tries < START_TRIES_MAX; tries++) {
    if (await isReady(connection)) {
      const pids = [etcd, apiserver].flatMap(({ child }) => child.pid ?? [])
      return { connection, folder, kubeconfig: await writeKubeconfig(folder, Number(port)), pids, end }
    }
    if (apiserver.child.exitCode !== null || etcd.child.exitCode !== null) break
    await sleep(TRY_PAUSE_MS)
  }
  await end()
  throw new ControlError('Unavailable', `kube-apiserver did not become ready:\n${etcd.log()}\n${apiserver.log()}`)
}

async function isReady({ send }: Connection): Promise<boolean> {
  const headers = { 'user-agent': 'oracle' }
  try {
    const { status } = await send({ method: 'GET', path: '/readyz', headers, identity: 'admin', body: undefined })
    return status === 200
  } catch {
    return false
  }
}

/** kube-apiserver made a certificate at its start, and is trusted by it. */
async function writeKubeconfig(folder: string, port: number): Promise<string> {
  const authority = join(folder, 'certificates', 'apiserver.crt')
  const cluster = { server: `https://127.0.0.1:${port}`, 'certificate-authority': authority }
  const file = join(folder, 'kubeconfig')
  await writeFile(
    file,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'oracle',
      contexts: [{ name: 'oracle', context: { cluster: 'oracle', user: 'admin' } }],
      clusters: [{ name: 'oracle', cluster }],
      users: [{ name: 'admin', user: { token: ADMIN_TOKEN } }],
    }),
  )
  return file
}

function startEtcd(
  program: string,
  folder: string,
  { clients, peers }: { readonly clients: string; readonly peers: string },
  durable: boolean,
): Started {
  return start(program, [
    `--data-dir=${join(folder, 'etcd')}`,
    '--name=oracle',
    `--listen-client-urls=${clients}`,
    `--advertise-client-urls=${clients}`,
    `--listen-peer-urls=${peers}`,
    `--initial-advertise-peer-urls=${peers}`,
    `--initial-cluster=oracle=${peers}`,
    `--quota-backend-bytes=${ETCD_QUOTA_BYTES}`,
    ...(durable ? [] : ['--unsafe-no-fsync']),
  ])
}

/** Its default of 2 GiB is less than a bench may write. */
const ETCD_QUOTA_BYTES = 16 * 2 ** 30

async function apiserverFlags(folder: string, etcd: string, port: number): Promise<readonly string[]> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  const files = { key: join(folder, 'sa.key'), pub: join(folder, 'sa.pub'), tokens: join(folder, 'tokens.csv') }
  await writeFile(files.key, privateKey)
  await writeFile(files.pub, publicKey)
  await writeFile(files.tokens, `${ADMIN_TOKEN},${ADMIN.name},${ADMIN.uid},"${ADMIN.groups.join(',')}"\n`)
  return [
    `--etcd-servers=${etcd}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--cert-dir=${join(folder, 'certificates')}`,
    `--token-auth-file=${files.tokens}`,
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${files.pub}`,
    `--service-account-signing-key-file=${files.key}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    '--authorization-mode=RBAC',
    // As installers do: the default refuses every privileged container.
    '--allow-privileged=true',
    // No controller would take its own endpoint away again.
    '--endpoint-reconciler-type=none',
  ]
}

interface Started {
  readonly child: ChildProcess
  /** The last of what it said. */
  log(): string
}

/** Enough of a log to see why a program ended. */
const LOG_CHARACTERS_MAX = 8_000

function start(program: string, flags: readonly string[]): Started {
  const child = spawn(program, flags, { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr?.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-LOG_CHARACTERS_MAX)
  })
  return { child, log: () => said }
}

/** kube-apiserver waits a while for its watchers; nobody is left who would mind. */
const END_PATIENCE_MS = 5_000

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await Promise.race([ended, sleep(END_PATIENCE_MS)])
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  await ended
}

/** Ports that nobody listens on now. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      return server
    }),
  )
  const ports = servers.map((server) => {
    const address = server.address()
    return typeof address === 'object' && address ? address.port : 0
  })
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}
