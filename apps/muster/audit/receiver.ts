/**
 * Where the audit log is sent, read from a kubeconfig: the form in which kube-apiserver's --audit-webhook-config-file has
 * it. The server of its current context is posted to, whatever path it has.
 */
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Json, JsonObject } from '@muster/api/object.ts'
import { isObject } from '@muster/api/schema/json.ts'
import { ControlError } from '@muster/base/errors.ts'
import type { Receiver } from '@muster/server/audit/send-away.ts'
import { parseYaml } from '@muster/server/resources/parse-yaml.ts'

/** Reads it. Throws Invalid, naming the file and what is wrong with it. */
export async function readReceiver(path: string): Promise<Receiver> {
  const { value } = parseYaml(await readFile(path), { strict: false })
  const refused = (why: string) => new ControlError('Invalid', `${path}: ${why}`)
  if (!isObject(value)) throw refused('it is no kubeconfig')
  const named = (list: Json | undefined, name: Json | undefined, field: string): JsonObject => {
    const found = Array.isArray(list) ? list.filter(isObject).find((one) => one.name === name) : undefined
    const inner = found?.[field]
    return isObject(inner) ? inner : {}
  }
  const context = named(value.contexts, value['current-context'], 'context')
  const cluster = named(value.clusters, context.cluster, 'cluster')
  const user = named(value.users, context.user, 'user')
  const { server } = cluster
  if (typeof server !== 'string' || !server.startsWith('https://')) {
    throw refused('the cluster of its current context has no server that begins with https://')
  }
  // Given in the file, or as the path of another beside it.
  const material = async (of: JsonObject, name: string): Promise<string | undefined> => {
    const [inline, file] = [of[`${name}-data`], of[name]]
    if (typeof inline === 'string') return Buffer.from(inline, 'base64').toString('utf8')
    return typeof file === 'string' ? await readFile(resolve(dirname(path), file), 'utf8') : undefined
  }
  const ca = await material(cluster, 'certificate-authority')
  const [certificate, key] = [await material(user, 'client-certificate'), await material(user, 'client-key')]
  const servername = cluster['tls-server-name']
  return {
    url: server,
    ...(ca === undefined ? {} : { ca }),
    ...(typeof servername === 'string' ? { servername } : {}),
    ...(certificate !== undefined && key !== undefined ? { clientCertificate: { certificate, key } } : {}),
    ...(typeof user.token === 'string' ? { headers: { authorization: `Bearer ${user.token}` } } : {}),
  }
}
