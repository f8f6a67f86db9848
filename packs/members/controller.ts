/** Keeps a mirror for each member; see `mirror/mirror.ts`. */
import { isConditionTrue } from '@muster/api/conditions.ts'
import { sameJson } from '@muster/api/same-json.ts'
import type { GroupResource } from '@muster/api/status.ts'
import { formatInstant, seconds } from '@muster/base/clock.ts'
import { isControlError } from '@muster/base/errors.ts'
import { refOf } from '@muster/client/resource-ref.ts'
import {
  type Controller,
  type ControllerContext,
  type Key,
  lookAgain,
  type Verdict,
  waitForChange,
} from '@muster/runtime/controller.ts'
import { noWayStatus, pausedStatus, statusOf } from './decide/status.ts'
import { createMirror, type MemberClients, type Mirror } from './mirror/mirror.ts'
import type { Recorder } from './mirror/recorder.ts'
import { type Cluster, ClusterKind } from './types.ts'

/** What keeping mirrors takes. */
export interface MembersDeps {
  readonly recorder: Recorder
  /** The version in which a resource is written down; undefined for one that nobody could read. */
  readonly versionOf: (resource: GroupResource) => string | undefined
  /** The way into a member. Throws what stands in it. */
  readonly connect: (name: string) => Promise<MemberWay>
  /** Ends all mirrors. */
  readonly stop: AbortSignal
}

/** A way into a member, held open. */
export interface MemberWay extends MemberClients {
  close(): void
}

const CLUSTERS = refOf<Cluster>(ClusterKind)
/** How often what is said of a mirror is brought up to date. */
const SAY_EVERY = seconds(10)
/** While it is not whole: somebody waits for it. */
const SAY_EVERY_AT_FIRST = seconds(1)

interface Running {
  readonly mirror: Mirror
  readonly generation: number
  readonly uid: string
  /** Resolves once nothing of it is under way. */
  end(): Promise<void>
}

/** Looks at members of the hub itself. */
export const membersController: Controller<MembersDeps> = {
  name: 'members',
  watches: CLUSTERS,
  begin() {
    const running = new Map<string, Running>()
    return {
      changed() {},
      reconcile: (key, deps) => (isHub(key) ? look(key, deps, running) : Promise.resolve(waitForChange)),
    }
  },
}

/** Members are those of the hub; on a foreign one there is no other cluster. */
const isHub = ({ cluster }: Key): boolean => cluster === '' || cluster === 'default'

async function look(key: Key, deps: MembersDeps & ControllerContext, running: Map<string, Running>): Promise<Verdict> {
  const { client, clock, informer } = deps
  const cluster = informer(CLUSTERS).get(key)
  const old = running.get(key.name)
  const isWanted = cluster !== undefined && !cluster.metadata.deletionTimestamp && !cluster.spec.paused
  const isOther = old && (old.generation !== cluster?.metadata.generation || old.uid !== cluster?.metadata.uid)
  if (old && (!isWanted || isOther)) {
    await old.end()
    running.delete(key.name)
  }
  if (!cluster || cluster.metadata.deletionTimestamp) return waitForChange
  const now = formatInstant(clock.now())
  const say = async (status: NonNullable<Cluster['status']>) => {
    if (!sameJson(status, cluster.status)) await client.resource(CLUSTERS).updateStatus({ ...cluster, status })
  }
  if (!isWanted) {
    await say(pausedStatus(cluster, now))
    return waitForChange
  }
  try {
    const { mirror } = running.get(key.name) ?? (await start(cluster, deps, running))
    const status = statusOf(cluster, mirror.state(), now)
    await say(status)
    return lookAgain(isConditionTrue(status.conditions, 'Mirrored') ? SAY_EVERY : SAY_EVERY_AT_FIRST)
  } catch (error) {
    if (!isControlError(error) || error.code === 'Conflict') throw error
    await say(noWayStatus(cluster, error.message, now))
  }
  return lookAgain(SAY_EVERY)
}

async function start(
  cluster: Cluster,
  deps: MembersDeps & ControllerContext,
  running: Map<string, Running>,
): Promise<Running> {
  const { name = '', uid = '', generation = 0 } = cluster.metadata
  const { exclude = [], secrets = 'Metadata', requestsPerSecond = 20 } = cluster.spec.mirror ?? {}
  const way = await deps.connect(name)
  const mirror = createMirror({
    ...deps,
    ...way,
    cluster: name,
    uid: cluster.status?.uid,
    exclude,
    secrets,
    requestsPerSecond,
  })
  const stop = new AbortController()
  const ended = mirror.run(AbortSignal.any([stop.signal, deps.stop])).finally(() => way.close())
  const started: Running = {
    mirror,
    generation,
    uid,
    async end() {
      stop.abort()
      await ended
    },
  }
  running.set(name, started)
  return started
}
