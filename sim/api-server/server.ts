/** Two API servers over one store in one process, with the controllers that every Muster has. */
import { type Clock, hours, instant, milliseconds, seconds } from '@muster/base/clock.ts'
import { ControlError, hasCode, isControlError } from '@muster/base/errors.ts'
import { newId } from '@muster/base/ids.ts'
import { type Logger, noLog } from '@muster/base/log.ts'
import { between, chance, fork, seededRandom } from '@muster/base/random.ts'
import { createClient } from '@muster/client/client.ts'
import { namespaceController } from '@muster/packs/housekeeping/controllers/namespaces.ts'
import { resourceQuotaController } from '@muster/packs/housekeeping/controllers/resource-quotas.ts'
import { runController, shareInformers } from '@muster/runtime/run-controller.ts'
import type { AdmissionStep } from '@muster/server/admission/admission.ts'
import type { ApiServer, openApiServer } from '@muster/server/api-server.ts'
import { makeIdentities } from '@muster/server/auth/identities.ts'
import { CONTROL_PLANE } from '@muster/server/auth/user.ts'
import { plainStore } from '@muster/server/storage/testbed.ts'
import type { openMemoryStore, restoreMemoryStore } from '@muster/store/memory/open.ts'
import type { Revision, Store } from '@muster/store/store.ts'
import type { SimDisk } from '../disk.ts'
import type { Process } from '../party.ts'
import { type Served, type ServerName, seenBy } from '../served-store.ts'
import type { Audit } from './audit.ts'
import { backUp, restore, type Vault } from './vault.ts'
import { type Answer, answerRequest, DONE, type Question } from './wire.ts'
import { CLUSTER, KINDS } from './words.ts'

/** The parts in whose place a test can put others. */
export interface ServerParts {
  readonly openApiServer: typeof openApiServer
  readonly admission: readonly AdmissionStep[]
  readonly openMemoryStore: typeof openMemoryStore
  readonly restoreMemoryStore: typeof restoreMemoryStore
}

/** What one life of the process is made of. */
export interface ServerDeps extends ServerParts {
  readonly process: Process
  readonly disk: SimDisk
  readonly audit: Audit
  readonly vault: Vault
  /** That of whoever restores, which is right. */
  readonly clock: Clock
  /** False for a question that was delivered before, to this process or to one that died. */
  readonly isNew: (question: Question) => boolean
}

// Keys are made once for all worlds: that takes the machine's own time.
const random = seededRandom(1)
const IDENTITIES = await makeIdentities(CLUSTER, {
  now: instant(Date.UTC(2026, 0, 1)),
  entropy: (count) => Uint8Array.from({ length: count }, () => between(random, 0, 255)),
})

const headersOf = (token: string) => ({ authorization: `Bearer ${token}` })
/** What people send with each request, and what controllers do. */
export const PERSON = headersOf('person')
const CONTROLLER = headersOf('controller')
const TOKENS = new Map([
  ['person', { username: 'ada', groups: ['system:masters'] }],
  ['controller', { username: CONTROL_PLANE, groups: ['system:masters'] }],
])

/** So short that much is forgotten within a story. */
const RETENTION = { window: seconds(4), every: seconds(1) }

/** Opens the store, from the backup when the disk is lost, and the servers over it. */
export async function openServers(deps: ServerDeps): Promise<Served<Question, Answer>> {
  const { process, disk, audit, vault, isNew } = deps
  const { clock } = deps.process
  const restoredTo = await restoreLost(deps)
  const store = await deps.openMemoryStore({ clock, random: process.random, disk: disk.open(process) })
  const told = tellingOfCompaction(store, audit)
  await audit.open(process, store, restoredTo)
  vault.isLost = false
  await holdSession(store, process, audit)
  const near = await openServer('near', told, deps)
  runControllers(near, process)
  const far = openServer('far', told, deps)
  far.catch((error) => {
    if (!isControlError(error)) process.fail(error)
  })
  const servers = { near: Promise.resolve(near), far }
  return {
    store,
    async answer(question) {
      if (!isNew(question)) return new Promise(() => {})
      switch (question.ask) {
        case 'request':
          return answerRequest((await servers[question.server]).handle, process, question)
        case 'compact': {
          const { lag, versions } = question
          const horizon = Math.max(0, (await store.head()) - lag) as Revision
          await told.compact({ horizon, keep: [{ prefix: '', versions }] }).catch((error) => {
            // Another compaction has been further already.
            if (!hasCode(error, 'Invalid')) throw error
          })
          process.log(`is compacted up to ${horizon}`)
          return DONE
        }
        case 'back-up':
          await backUp(vault, store, new Set(audit.erased.keys()), () =>
            clock.sleep(milliseconds(process.random.next() * 50)),
          )
          process.log(`is backed up at ${vault.backup?.head}`)
          return DONE
        default:
          return question satisfies never
      }
    },
  }
}

/** Answers the newest revision that is left, when the disk was lost. */
async function restoreLost({
  vault,
  disk,
  process,
  audit,
  clock,
  restoreMemoryStore,
}: ServerDeps): Promise<number | undefined> {
  const { backup, isLost } = vault
  if (!isLost || !backup) return undefined
  await restore(backup, disk, process, restoreMemoryStore, { clock, random: process.random })
  for (const revision of audit.erased.keys()) if (!backup.erased.has(revision)) audit.erased.delete(revision)
  process.log(`is restored to ${backup.head}`)
  return backup.head
}

const tellingOfCompaction = (store: Store, audit: Audit): Store => ({
  ...plainStore(store),
  async compact(policy) {
    audit.compaction(policy.horizon, false)
    await store.compact(policy)
    audit.compaction(policy.horizon, true)
  },
})

/** As a member of a fleet does that must be known to live. */
async function holdSession(store: Store, process: Process, audit: Audit): Promise<void> {
  const lease = await store.lease(hours(1))
  audit.session(lease)
  const key = `session/${process.life}-${newId(process.random)}`
  await store.commit({
    token: key,
    guards: [{ guard: 'absent', key }],
    writes: [{ write: 'put', key, value: new Uint8Array(1), lease }],
    cause: { actor: 'store', reason: 'a session begins' },
  })
}

function openServer(server: ServerName, store: Store, deps: ServerDeps): Promise<ApiServer> {
  const { process, admission } = deps
  const own = fork(process.random)
  return deps.openApiServer({
    store: seenBy(server, store, process),
    clock: process.clock,
    random: own,
    log: failingLog(process),
    newId: () => newId(own),
    kinds: KINDS,
    admission,
    version: '0.0.0',
    address: () => '127.0.0.1:6443',
    identities: [IDENTITIES],
    fixedTokens: TOKENS,
    garbageCollection: chance(own, 0.5),
    ...(server === 'near' ? { retention: RETENTION } : {}),
  })
}

/** A fault of the server's own is one of the world. */
const failingLog = (process: Process): Logger => ({
  ...noLog,
  warn: (message) => process.log(message),
  error(message, fields) {
    process.fail(fields?.error ?? new ControlError('Internal', message))
  },
  with: () => failingLog(process),
})

function runControllers({ handle }: ApiServer, process: Process): void {
  const own = fork(process.random)
  const home = (userAgent: string) => ({
    clock: process.clock,
    random: own,
    log: noLog,
    client: createClient({ send: handle, userAgent, headers: CONTROLLER }),
    allClusters: true,
  })
  const { signal } = new AbortController()
  const informers = shareInformers(home('informers'), signal)
  for (const controller of [namespaceController, resourceQuotaController]) {
    runController(controller, {}, home(controller.name), informers, signal).catch(process.fail)
  }
}
