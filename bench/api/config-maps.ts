/** The objects that API servers are asked for: ConfigMaps with text of a given length, in a namespace of their own. */
import type { ClientHttp2Session } from 'node:http2'
import { ask, askWhole, type Endpoint } from './endpoint.ts'

const NAMESPACE = 'bench'
/** Chooses what the bench made: a controller may keep an object of its own in every namespace. */
const OURS = 'labelSelector=app%3Dbench'

/** Where they are. */
export const COLLECTION = `/api/v1/namespaces/${NAMESPACE}/configmaps`

/** How many creations are under way at once while a collection is filled. */
const AT_ONCE = 128

/** One object, as it goes out. */
export const configMap = (name: string, text: string): Buffer =>
  Buffer.from(
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, labels: { app: 'bench' } },
      data: { text },
    }),
  )

/** Text that makes an object about so many bytes long, as it is stored with its metadata. */
export const textOf = (objectBytes: number): string => 'x'.repeat(Math.max(1, objectBytes - METADATA_BYTES))
const METADATA_BYTES = 500

/** Makes the namespace, empty. */
export async function makeEmpty(endpoint: Endpoint, session: ClientHttp2Session): Promise<void> {
  const body = Buffer.from(JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }))
  await ask(endpoint, session, { method: 'POST', path: '/api/v1/namespaces', body }).catch((error) => {
    if (!String(error).includes('409')) throw error
  })
  await ask(endpoint, session, { method: 'DELETE', path: `${COLLECTION}?${OURS}` })
}

/** Creates as many as are asked for, several at once. */
export async function fill(
  endpoint: Endpoint,
  sessions: { of(client: number): ClientHttp2Session },
  { prefix, count, objectBytes }: { readonly prefix: string; readonly count: number; readonly objectBytes: number },
): Promise<void> {
  const text = textOf(objectBytes)
  let next = 0
  const worker = async (client: number) => {
    while (next < count) {
      const body = configMap(`${prefix}-${next++}`, text)
      await ask(endpoint, sessions.of(client), { method: 'POST', path: COLLECTION, body })
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count) }, (_, client) => worker(client)))
}

/** The names of all of ours that are there, read page by page. */
export async function namesThere(endpoint: Endpoint, session: ClientHttp2Session): Promise<ReadonlySet<string>> {
  const names = new Set<string>()
  let from = ''
  do {
    const path = `${COLLECTION}?${OURS}&limit=5000&continue=${encodeURIComponent(from)}`
    const page: Page = JSON.parse((await askWhole(endpoint, session, { method: 'GET', path })).toString())
    for (const { metadata } of page.items) names.add(metadata.name)
    from = page.metadata.continue ?? ''
  } while (from !== '')
  return names
}

interface Page {
  readonly metadata: { readonly continue?: string }
  readonly items: readonly { readonly metadata: { readonly name: string } }[]
}

/** The version at which the collection is now. */
export async function versionNow(endpoint: Endpoint, session: ClientHttp2Session): Promise<string> {
  const list = await askWhole(endpoint, session, { method: 'GET', path: `${COLLECTION}?limit=1` })
  return (JSON.parse(list.toString()) as { metadata: { resourceVersion: string } }).metadata.resourceVersion
}
