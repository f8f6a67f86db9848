/**
 * The mirrors of a control plane: what is written down of its members, in a store of its own, and the ways to them.
 *
 *     NAME/members/MEMBER.kubeconfig   how a member is reached: for their owner's eyes alone
 *     NAME/data/mirrors/               what is written down
 *
 * The store is opened by the first who needs it: a control plane without members has none.
 */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { BUILT_IN_KINDS } from '@muster/api/builtin/kinds.ts'
import type { Handle } from '@muster/api/message.ts'
import type { Clock } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import type { Logger } from '@muster/base/log.ts'
import type { Random } from '@muster/base/random.ts'
import { createClient } from '@muster/client/client.ts'
import { metadataOnly } from '@muster/client/metadata-only.ts'
import type { MembersDeps } from '@muster/packs/members/controller.ts'
import { type MirrorServer, openMirrorServer } from '@muster/server/mirror/mirror-server.ts'
import { createRecorder, type Recorder } from '@muster/server/mirror/recorder.ts'
import { DEFAULT_RETENTION } from '@muster/server/retention/retain.ts'
import type { Store } from '@muster/store/store.ts'
import type { Place } from '../control-plane/place.ts'
import { openEngine } from '../store-server/open-engine.ts'
import { VERSION } from '../version.ts'
import { readWay } from './kubeconfig.ts'
import { connectToMember } from './member-connection.ts'

/** What they are made of. */
export interface MirrorsDeps {
  readonly place: Place
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly address: () => string
}

/** The mirrors of a control plane. */
export interface Mirrors {
  /** Answers for `/clusters/MEMBER` of the mirrors, whoever asks. */
  readonly handle: Handle
  /** What the pack of members takes, but for its end. */
  readonly deps: Omit<MembersDeps, 'stop'>
  close(): Promise<void>
}

/** Where the way into a member is kept. */
export const wayFile = (place: Place, member: string): string =>
  join(place.directory, 'members', `${member}.kubeconfig`)

/** The members that there is a way to. */
export async function knownMembers(place: Place): Promise<readonly string[]> {
  const folder = join(place.directory, 'members')
  const files = existsSync(folder) ? await readdir(folder) : []
  return files
    .flatMap((file) => (file.endsWith('.kubeconfig') ? [file.slice(0, -'.kubeconfig'.length)] : []))
    .toSorted()
}

const USER_AGENT = `muster-mirror/${VERSION}`

/** Mirrors of which nothing is open yet. */
export function createMirrors({ place, clock, random, log, address }: MirrorsDeps): Mirrors {
  let opened: Promise<{ store: Store; server: MirrorServer; recorder: Recorder }> | undefined
  const open = () => {
    opened ??= openAll()
    return opened
  }
  const openAll = async () => {
    const store = await openEngine({ directory: join(place.data, 'mirrors') }, { clock, random, log })
    const server = await openMirrorServer({
      store,
      clock,
      random,
      log,
      newId: randomUUID,
      kinds: BUILT_IN_KINDS,
      version: VERSION,
      address,
      retention: DEFAULT_RETENTION,
      pause: () => setImmediate(),
    })
    return { store, server, recorder: createRecorder({ store, random }) }
  }
  const versions = new Map(
    BUILT_IN_KINDS.filter(({ storage }) => !storage).map(({ group, plural, storedAs }) => [
      `${group}/${plural}`,
      storedAs,
    ]),
  )
  return {
    handle: async (request) => (await open()).server.handle(request),
    deps: {
      recorder: {
        record: async (sighting) => (await open()).recorder.record(sighting),
        async *present(cluster, resource) {
          yield* (await open()).recorder.present(cluster, resource)
        },
        placesOf: async (cluster) => (await open()).recorder.placesOf(cluster),
        keepPlaces: async (cluster, places) => (await open()).recorder.keepPlaces(cluster, places),
      },
      versionOf: ({ group, resource }) => versions.get(`${group}/${resource}`),
      async connect(member) {
        const file = wayFile(place, member)
        if (!existsSync(file)) {
          throw new ControlError('NotFound', `there is no way to it on this machine: muster connect --name ${member}`)
        }
        const { send, close } = connectToMember(await readWay(file), clock)
        const settings = { send, userAgent: USER_AGENT }
        return {
          client: createClient(settings),
          metadata: createClient({ ...settings, send: metadataOnly(send) }),
          close,
        }
      },
    },
    async close() {
      const { store, server } = (await opened?.catch(() => undefined)) ?? {}
      server?.close()
      await store?.close()
    },
  }
}
