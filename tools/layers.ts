/**
 * The walls of the house: which rooms there are, which may import which, and which may use what of Node.
 * `tools/tidy.ts` keeps them; ARCHITECTURE.md is printed from them.
 */

/** A top-level folder (under `apps`, the folder below it) that answers one question. */
export interface Room {
  readonly name: string
  readonly question: string
  readonly holds: string
  /** Rooms that it may import, or {@link PACK_WORDS}. */
  readonly imports: readonly string[]
  /** True where the real clock, network and file system may be touched. */
  readonly world: boolean
}

/** The words of another pack: its types, never what it does. */
export const PACK_WORDS = 'packs/*/types.ts'

const SERVICES = ['base', 'api', 'store', 'server', 'client', 'kernel', 'runtime', 'packs', 'agent']

/** Every room, from the ground up, including those that are planned and hold nothing yet. */
export const ROOMS: readonly Room[] = [
  {
    name: 'base',
    question: 'What does everything stand on?',
    holds: 'clock, random, ids, errors, backoff, queue, log; no cluster words',
    imports: [],
    world: false,
  },
  {
    name: 'api',
    question: 'How is a resource described?',
    holds: 'kinds, metadata, schema, selectors, patches, tables',
    imports: ['base'],
    world: false,
  },
  {
    name: 'store',
    question: 'Where does truth live?',
    holds: 'revisions, watch, leases, history; one contract for every engine',
    imports: ['base'],
    world: false,
  },
  {
    name: 'server',
    question: 'How do others reach it?',
    holds: 'the Kubernetes-compatible API: routing, auth, admission, watch, discovery',
    imports: ['base', 'api', 'store', 'kernel'],
    world: false,
  },
  {
    name: 'client',
    question: 'How do we reach it?',
    holds: 'typed client and informer over a transport that is passed in',
    imports: ['base', 'api'],
    world: false,
  },
  {
    name: 'kernel',
    question: 'Which machines do packs share?',
    holds:
      'work queues, fair queues, placement, liveness, rates; planned: operators, rollout, removal, budget, workflow; pure',
    imports: ['base', 'api'],
    world: false,
  },
  {
    name: 'runtime',
    question: 'What runs a controller?',
    holds: 'controllers, shared informers, events, election with fencing',
    imports: ['base', 'api', 'client', 'kernel'],
    world: false,
  },
  {
    name: 'packs',
    question: 'What can the platform do?',
    holds:
      'housekeeping, members, workload, scheduling, volumes; planned: fleet, delivery, placement, traffic, database, storage, devspace, tenancy',
    imports: ['base', 'api', 'client', 'kernel', 'runtime', PACK_WORDS],
    world: false,
  },
  {
    name: 'agent',
    question: 'What runs on each machine?',
    holds: 'the node agent and its drivers',
    imports: ['base', 'api', 'client', 'kernel', PACK_WORDS],
    world: false,
  },
  {
    name: 'sim',
    question: 'Does it survive?',
    holds: 'virtual clock, network and disk; scenarios; replay by seed',
    imports: SERVICES,
    world: false,
  },
  {
    name: 'bench',
    question: 'How fast is it?',
    holds: 'the limits of the machine, and Muster beside its peers',
    imports: [...SERVICES, 'sim', 'apps/muster', 'apps/test-server', 'tools'],
    world: true,
  },
  {
    name: 'apps/muster',
    question: 'What do we start?',
    holds: 'the command line and every role; wiring only',
    imports: [...SERVICES, 'sim'],
    world: true,
  },
  {
    name: 'apps/test-server',
    question: 'How is a controller tested?',
    holds: 'the API and its controllers inside a test, with time that is moved; a package of its own',
    imports: [...SERVICES, 'sim'],
    world: true,
  },
  {
    name: 'apps/shop',
    question: 'What is it tried with?',
    holds: 'eight small services that buy and sell, in plain JavaScript and Python; imported by nobody',
    imports: [],
    world: true,
  },
  {
    name: 'apps/console',
    question: 'What do we look at?',
    holds: 'the web console',
    imports: ['base', 'api', 'client', PACK_WORDS],
    world: true,
  },
  {
    name: 'tools',
    question: 'Who keeps it tidy?',
    holds: 'walls, generated pages, tests, packaging',
    imports: ['base', 'api', 'server', 'apps/muster'],
    world: true,
  },
]

/** What a path may use of Node, without the `node:`, each with what it is for. */
interface BuiltIns {
  readonly under: string
  readonly may: Readonly<Record<string, string>>
}

/**
 * The first row that fits a path decides; a path that fits none may use nothing. `fs` stands for `fs/promises` too,
 * and `timers/promises` for itself alone. Rooms of the world and tests are not asked.
 */
const BUILT_INS: readonly BuiltIns[] = [
  {
    under: 'store/sqlite/',
    may: {
      crypto: "hashes a directory's path into the name of its lock",
      fs: 'the files of the store',
      net: 'the lock: a socket that one process alone can listen on',
      os: 'where that socket goes on this system',
      path: 'the files of the store',
      sqlite: 'the manifest',
      'timers/promises': 'setImmediate, a pause between two slices of work; no other timer',
      url: "the manifest's name, as SQLite takes it",
      worker_threads: 'the threads that write and keep the files',
    },
  },
  {
    under: 'server/listen/',
    may: {
      http: 'types of its answers',
      http2: 'the socket of the API',
      net: 'types of sockets, and connections with the addresses of proxies',
      stream: 'types of sockets',
      tls: 'tells a TLS socket from others',
    },
  },
  {
    under: 'server/proxy/',
    may: {
      http: 'speaks HTTP over connections that it is given',
      stream: 'such a connection as a stream',
      tls: 'the same with TLS in between',
    },
  },
  {
    under: 'server/streams/',
    may: { crypto: 'the answer to the handshake of a WebSocket', zlib: 'the headers of SPDY; reaches for nothing' },
  },
  { under: 'server/discovery/', may: { crypto: 'hashes; reaches for nothing' } },
  { under: 'server/auth/', may: { crypto: 'makes keys, and signs and checks with them' } },
  {
    under: 'server/encryption/',
    may: { crypto: 'seals and opens what is kept', buffer: 'bytes; reaches for nothing' },
  },
  { under: 'agent/files/', may: { fs: 'volumes of pods' } },
  {
    under: 'agent/probe/',
    may: {
      http: 'asks containers how they are',
      http2: 'the same in gRPC',
      https: 'the same over TLS',
      net: 'the same by connecting',
    },
  },
  {
    under: 'agent/network/',
    may: {
      net: 'the addresses of services',
      dgram: 'the same over UDP',
      events: 'waits until they listen; reaches for nothing',
      stream: 'carries bytes between sockets',
    },
  },
  {
    under: 'agent/process/',
    may: {
      buffer: 'bytes; reaches for nothing',
      child_process: 'the keeper, and the programs that it runs',
      crypto: "hashes a directory's path into the name of its keeper",
      fs: 'records, logs and volumes of runs; /proc',
      net: 'the socket between driver and keeper',
      os: 'which system this is, and its numbers of signals',
      path: 'the files of runs',
      stream: 'carries bytes between pipes and sockets',
      url: "the path of the keeper's program",
    },
  },
  { under: 'client/http/', may: { http2: 'connections to servers', https: 'one request to a webhook' } },
  { under: 'store/', may: { buffer: 'bytes; reaches for nothing', zlib: 'checksums; reaches for nothing' } },
]

/** True where the table gives a path this part of Node: `fs`, `fs/promises`. */
export function mayUse(path: string, builtIn: string): boolean {
  const may = BUILT_INS.find(({ under }) => path.startsWith(under))?.may ?? {}
  const [whole = ''] = builtIn.split('/')
  return Object.hasOwn(may, builtIn) || Object.hasOwn(may, whole)
}

/** The one file that reads the machine's clock and chance. */
export const SYSTEM_FILE = 'base/system.ts'

/** Code that only tests import: it lives by their rules, and is not run by itself. */
const TEST_FOLDERS: readonly string[] = [
  // What every engine must pass: written with node:test and fast-check, called by the test of each engine.
  'store/contract/',
  // The programs that are killed, cut, filled and refused; and what is checked of what they leave.
  'store/sqlite/torture/',
  // What the past must answer over every engine, and how it is asked.
  'server/history/testing/',
  // A node with real processes, for the tests of the process driver.
  'agent/process/testing/',
  // Muster with simulated machines, for what was recorded of a whole Kubernetes.
  'server/oracle/cluster/testing/',
  // A whole test cluster, told by its own tests.
  'sim/fleet/',
  // How mistakes are planted in the product, and found by scenarios.
  'sim/mutants/',
]

/** What the runner of tests starts. */
export const isTestFile = (path: string): boolean => path.endsWith('.test.ts')

/** Tests may look everywhere, though only by the front door: package names across rooms. */
export const isTest = (path: string): boolean =>
  isTestFile(path) || TEST_FOLDERS.some((folder) => path.startsWith(folder))

/** A worker has a thread or a process of its own, so nobody can pass it a clock: it may take the machine's. */
export const isWorker = (path: string): boolean => path.endsWith('worker.ts')

/** What a path belongs to: its room, or one pack, or one app. */
export function unitOf(path: string): string {
  const [top = '', below = ''] = path.split('/')
  return (top === 'apps' || top === 'packs') && !below.includes('.') ? `${top}/${below}` : top
}

/** The room that a path is in, when the table has it. */
export function roomOf(path: string): Room | undefined {
  const unit = unitOf(path)
  return ROOMS.find(({ name }) => name === unit || (name === 'packs' && unit.startsWith('packs/')))
}

/** True where the real clock, network and file system may be touched. */
export const touchesWorld = (path: string): boolean =>
  path === SYSTEM_FILE || isTest(path) || (roomOf(path)?.world ?? false)

/** `@muster/ROOM` for a room, but `muster` for the app that carries the name and `@muster/console` for another. */
export function packageNameOf(unit: string): string {
  if (unit === 'apps/muster') return 'muster'
  return `@muster/${unit.replace(/^apps\//, '')}`
}

/** The path that an import by package name leads to, or undefined for a package that is not of this house. */
export function pathOfPackage(specifier: string): string | undefined {
  if (specifier === 'muster' || specifier.startsWith('muster/')) return `apps/${specifier}`
  const [, inside] = /^@muster\/(.*)$/.exec(specifier) ?? []
  return inside?.replace(/^(console|shop|test-server)(?=\/|$)/, 'apps/$1')
}
