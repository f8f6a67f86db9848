/** An API server that crashes, and replicas of one controller that stand in an election, stall, die and come back. */
import { BUILT_IN_KINDS } from '@muster/api/builtin/kinds.ts'
import { ELECTION_KINDS } from '@muster/api/elections/kinds.ts'
import { instant, milliseconds, seconds } from '@muster/base/clock.ts'
import { hasCode, isControlError } from '@muster/base/errors.ts'
import { noLog } from '@muster/base/log.ts'
import { between, fork } from '@muster/base/random.ts'
import { createClient } from '@muster/client/client.ts'
import { type Controller, lookAgain } from '@muster/runtime/controller.ts'
import type { runControllers } from '@muster/runtime/run-controllers.ts'
import { makeIdentities } from '@muster/server/auth/identities.ts'
import type { openTestApi } from '@muster/server/testing/open-test-api.ts'
import { openMemoryStore } from '@muster/store/memory/open.ts'
import type { SimDisk } from '../disk.ts'
import { badWires, cut, type Fault, kill, powerCut, stall, wrongClock } from '../faults.ts'
import { distant, forgetful } from '../objects/faulty-stores.ts'
import type { Process } from '../party.ts'
import type { Scenario } from '../scenario.ts'
import type { World } from '../world.ts'
import { type Audit, newAudit } from './audit.ts'
import { type Answer, connect, type Question, serveApi } from './wire.ts'
import { COUNTER, MAPS, REPLICAS, SERVER, SESSION } from './words.ts'

/** The parts into which a test can plant a mistake. */
export interface ElectionParts {
  readonly openTestApi: typeof openTestApi
  readonly runControllers: typeof runControllers
}

const DISK = 'server-disk'
const HEADERS = { authorization: 'Bearer replica' }
const ADMIN = { username: 'admin', groups: ['system:masters'] }

/** Made once: they are the same in every story, and take a while. */
const identities = await makeIdentities('default', {
  now: instant(Date.UTC(2026, 0, 1)),
  entropy: (count) => new Uint8Array(count).fill(7),
})

/** The story. */
export function elections(parts: ElectionParts): Scenario<Audit> {
  return {
    name: 'elections',
    build: (world) => build(world, parts),
    faults: [
      kill([SERVER]),
      powerCut([SERVER]),
      stall([SERVER]),
      kill(REPLICAS),
      stall(REPLICAS),
      stall(REPLICAS),
      cut(REPLICAS, [SERVER]),
      cut(REPLICAS, [SERVER]),
      badWires,
      wrongClock([SERVER, ...REPLICAS]),
    ] satisfies readonly [Fault, ...Fault[]],
    pace: { between: seconds(3), lasting: seconds(6) },
    troubled: seconds(60),
    safety: (audit) => audit.check(),
    // Somebody leads and works, and then another does.
    goal: (audit) => {
      const healed = audit.progress()
      return () => {
        const { inTerm, counts, terms } = audit.progress()
        return inTerm >= 10 && counts >= healed.counts + 20 && terms > healed.terms && terms >= 2
      }
    },
    within: seconds(90),
  }
}

function build(world: World, parts: ElectionParts): Audit {
  const audit = newAudit()
  const api = world.service<Question, Answer>()
  const disk = world.disk(DISK)
  let ids = 0
  world.party({
    name: SERVER,
    parts: [disk],
    restartAfter: milliseconds(500),
    async main(party) {
      try {
        await serve(party, disk, parts, audit, (handle) => serveApi(api, party, handle))
      } catch (error) {
        if (!isControlError(error)) throw error
        party.log(`cannot open: ${error.code}`)
      }
    },
  })
  for (const name of REPLICAS) {
    world.party({
      name,
      restartAfter: milliseconds(500),
      main: (party) =>
        replica(
          party,
          parts,
          connect(api.client(party), () => ++ids),
        ),
    })
  }
  retireLeaders(world, audit)
  return audit
}

/** Whoever leads is killed now and then, also once all has healed: leading is to pass on. */
function retireLeaders(world: World, audit: Audit): void {
  const random = fork(world.random)
  const next = () => {
    const party = world.parties.get(audit.leader()?.split('-')[0] ?? '')
    party?.kill()
    world.clock.after(milliseconds(between(random, 0, 2_000)), () => party?.start())
    world.clock.after(milliseconds(between(random, 10_000, 25_000)), next)
  }
  world.clock.after(milliseconds(between(random, 5_000, 25_000)), next)
}

async function serve(
  party: Process,
  disk: SimDisk,
  { openTestApi: open }: ElectionParts,
  audit: Audit,
  start: (handle: Awaited<ReturnType<typeof openTestApi>>['handle']) => void,
): Promise<void> {
  const { clock, random } = party
  const store = await openMemoryStore({ clock, random, disk: disk.open(party) })
  audit.open(party, store)
  const server = await open({
    clock,
    random: fork(random),
    store: distant(forgetful(store, party), party),
    kinds: [...BUILT_IN_KINDS, ...ELECTION_KINDS],
    tokens: new Map([['replica', ADMIN]]),
    identities: [identities],
    isBootstrapped: true,
  })
  const client = createClient({ send: server.handle, userAgent: 'setup', headers: HEADERS })
  const make = async (path: string, body: object) =>
    client.call({ method: 'POST', path, body }).catch((error) => {
      if (!hasCode(error, 'AlreadyExists')) throw error
    })
  await make('/api/v1/namespaces', { metadata: { name: COUNTER.namespace } })
  await make(`/api/v1/namespaces/${COUNTER.namespace}/configmaps`, { metadata: { name: COUNTER.name } })
  start(server.handle)
  while ((await store.status()).health.state !== 'stopped') await clock.sleep(milliseconds(500))
}

/** One life of a replica: it stands, and counts up while it leads. */
async function replica(
  party: Process,
  { runControllers: run }: ElectionParts,
  send: ReturnType<typeof connect>,
): Promise<void> {
  const { clock, random, name, life } = party
  const identity = `${name}-${life}`
  let mine = 0
  const counter: Controller = {
    name: 'counter',
    watches: MAPS,
    async reconcile(key, { client, informer }) {
      const seen = Number(informer(MAPS).get(COUNTER)?.data?.count ?? 0)
      const count = Math.max(seen, mine) + 1
      await clock.sleep(milliseconds(between(random, 0, 300)))
      mine = count
      // Whatever is there: that nobody has been further is left to the election alone.
      await client
        .resource(MAPS)
        .patch(key, { patch: 'merge', value: { data: { count: String(count), by: identity } } })
      return lookAgain(milliseconds(between(random, 20, 300)))
    },
  }
  const hub = { clock, random, log: noLog, send, headers: HEADERS, allClusters: false }
  const election = { namespace: COUNTER.namespace, election: 'count', identity, session: SESSION }
  await run([counter], {}, { ...hub, election }, new AbortController().signal)
}
