/** The contexts of mirrors in the administrator's kubeconfig: `fleet` for all of them, `mirror-MEMBER` for each. */
import { readFile } from 'node:fs/promises'
import { parseDocument } from 'yaml'
import { writeSecret } from '../api-server/home.ts'

/** The context of all mirrors. */
export const FLEET = 'fleet'

/** The context of the mirror of a member. */
export const mirrorContext = (member: string): string => `mirror-${member}`

interface Entry {
  readonly name: string
  readonly cluster?: { readonly server: string }
  readonly [field: string]: unknown
}
interface Config {
  readonly clusters: readonly Entry[]
  readonly contexts: readonly Entry[]
  readonly [field: string]: unknown
}

/** Makes the contexts of mirrors in a kubeconfig those of these members; the rest of it stays. */
export async function withMirrorContexts(file: string, url: string, members: readonly string[]): Promise<void> {
  const document = parseDocument(await readFile(file, 'utf8'))
  const config = document.toJS() as Config // Muster wrote it.
  const [hub] = config.clusters
  const isMirror = ({ cluster }: Entry) => cluster?.server.startsWith(`${url}/mirrors/`) ?? false
  const old = new Set(config.clusters.filter(isMirror).map(({ name }) => name))
  const wanted = members.length === 0 ? [] : [[FLEET, '*'], ...members.map((name) => [mirrorContext(name), name])]
  const clusters = wanted.map(([name, mirror]) => ({
    name,
    cluster: { ...hub?.cluster, server: `${url}/mirrors/${mirror}` },
  }))
  const contexts = wanted.map(([name]) => ({ name, context: { cluster: name, user: hub?.name } }))
  document.set('clusters', [...config.clusters.filter((one) => !isMirror(one)), ...clusters])
  document.set('contexts', [...config.contexts.filter(({ name }) => !old.has(name)), ...contexts])
  await writeSecret(document.toString({ lineWidth: 0 }), file)
}
