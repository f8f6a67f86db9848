/**
 * Looks at an object and at all that is its own, of every kind that the server serves, once or for as long as wanted.
 *
 *     every kind that can be listed ──► metadata alone, whose owners make the tree ──► the whole of those in the tree
 *
 * Objects outside of the tree are never read: of Secrets nothing but their names, in the tree or not.
 */
import type { KubeObject } from '@muster/api/object.ts'
import { hasCode, isControlError } from '@muster/base/errors.ts'
import { type Client, createClient } from '@muster/client/client.ts'
import { discoverResources } from '@muster/client/discovery.ts'
import type { Connection } from '@muster/client/http/connection.ts'
import { createInformer, type Informer, type InformerDeps } from '@muster/client/informer.ts'
import type { ResourceRef } from '@muster/client/resource-ref.ts'
import { VERSION } from '../version.ts'
import { type Branch, grow, membersOf } from './forest.ts'

/** Of which object, and how the server is reached. */
export interface Looked {
  readonly connection: Connection
  readonly root: ResourceRef
  readonly namespace: string
  readonly name: string
}

/** A tree of whole objects, and what could not be looked at: `secrets: you may not list them`. */
export interface Sight {
  readonly tree: Branch
  readonly hidden: readonly string[]
}

/** Looks again and again. */
export interface Looking {
  /** The tree as it is now. Throws NotFound once its root is gone. */
  sight(): Promise<Sight>
  /** Resolves once something may be different from what `sight` showed last. */
  changed(): Promise<void>
}

/** Kinds that own nothing, are owned by nobody, and come in great numbers. */
const PASSED_OVER: ReadonlySet<string> = new Set(['events', 'events.events.k8s.io'])
const SECRETS = 'secrets'

/** Begins to look. Nothing is followed once the signal aborts. */
export async function look(looked: Looked, deps: InformerDeps, signal: AbortSignal): Promise<Looking> {
  const { connection, root, namespace, name } = looked
  const client = clientOf(connection)
  const readRoot = () => client.resource(root).get({ namespace, name })
  // An error about the root is the answer; one about a kind among many is not.
  await readRoot()
  const { resources, failure } = await discoverResources(client, ['list', 'watch'])
  const kinds = resources.filter((ref) => (ref.namespaced || !root.namespaced) && !PASSED_OVER.has(keyOf(ref)))
  const within = root.namespaced ? { namespace } : {}
  const hidden = failure === undefined ? [] : [failure]
  const informers = new Map<ResourceRef, Informer<KubeObject>>()
  let change = Promise.withResolvers<void>()
  const ring = () => change.resolve()
  const over = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  signal.addEventListener('abort', ring, { once: true })
  await Promise.all(
    kinds.map(async (ref) => {
      const resource = metadataOf(connection, ref)
      const refused = await resource.list({ ...within, limit: 1 }).then(() => undefined, whyHidden)
      if (refused !== undefined) return void hidden.push(`${keyOf(ref)}: ${refused}`)
      const informer = createInformer(resource, within, deps)
      informer.onChange(ring, signal)
      void informer.run(signal)
      informers.set(ref, informer)
      await Promise.race([informer.synced(), over])
    }),
  )
  const bodies = createBodies(client)

  return {
    async sight() {
      change = Promise.withResolvers<void>()
      const objects = [...informers].flatMap(([ref, informer]) => [...informer.list()].map((one) => typed(ref, one)))
      const refs = new Map([...informers.keys()].map((ref) => [`${versionOf(ref)}/${ref.kind}`, ref]))
      const top = await readRoot()
      const skeleton = grow(top, objects)
      const whole = new Map([[top.metadata.uid ?? '', top]])
      await Promise.all(
        [...membersOf(skeleton)].map(async (object) => {
          if (object === top) return
          const ref = refs.get(`${object.apiVersion}/${object.kind}`)
          whole.set(object.metadata.uid ?? '', ref ? await bodies.of(ref, object) : object)
        }),
      )
      return { tree: filled(skeleton, whole), hidden }
    },
    changed: () => (signal.aborted ? Promise.resolve() : change.promise),
  }
}

/** The whole of objects whose metadata is known; each version is read once. */
function createBodies(client: Client) {
  const known = new Map<string, KubeObject>()
  return {
    async of(ref: ResourceRef, object: KubeObject): Promise<KubeObject> {
      const { uid = '', resourceVersion, namespace = '', name = '' } = object.metadata
      const last = known.get(uid)
      if (keyOf(ref) === SECRETS || last?.metadata.resourceVersion === resourceVersion) return last ?? object
      const found = await client
        .resource(ref)
        .find({ namespace, name })
        .catch((error: unknown) => {
          if (hasCode(error, 'Forbidden')) return undefined
          throw error
        })
      // What is gone, or another of that name, will be told of; until then its metadata is what there is.
      if (found?.metadata.uid !== uid) return object
      known.set(uid, found)
      return found
    },
  }
}

const filled = ({ object, branches }: Branch, whole: ReadonlyMap<string, KubeObject>): Branch => ({
  object: whole.get(object.metadata.uid ?? '') ?? object,
  branches: branches.map((branch) => filled(branch, whole)),
})

const USER_AGENT = `muster-tree/${VERSION}`
const LIST_OF_METADATA = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1'
const METADATA = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1'

const clientOf = ({ send }: Connection, headers: Record<string, string> = {}): Client =>
  createClient({ send, userAgent: USER_AGENT, headers })

/** A resource of which nothing but metadata is asked for. */
function metadataOf(connection: Connection, ref: ResourceRef) {
  const lists = clientOf(connection, { accept: LIST_OF_METADATA }).resource(ref)
  const watches = clientOf(connection, { accept: METADATA }).resource(ref)
  return { ...lists, watch: watches.watch }
}

/** Metadata says that it is metadata. */
const typed = (ref: ResourceRef, object: KubeObject): KubeObject => ({
  ...object,
  apiVersion: versionOf(ref),
  kind: ref.kind,
})

const versionOf = ({ group, version }: ResourceRef): string => (group === '' ? version : `${group}/${version}`)
const keyOf = ({ group, plural }: ResourceRef): string => (group === '' ? plural : `${plural}.${group}`)

function whyHidden(error: unknown): string {
  if (!isControlError(error)) throw error
  return hasCode(error, 'Forbidden') ? 'you may not list them' : error.message
}
