/**
 * What a context of a kubeconfig says: where a cluster is, and how to prove who asks.
 * Source: client-go tools/clientcmd/api/v1 and tools/clientcmd/client_config.go.
 */
import { readFile } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import { parse, stringify } from 'yaml'
import { same, text } from '../terminal/language.ts'
import { trouble } from '../trouble.ts'

/** A program that says who asks. Source: client.authentication.k8s.io/v1 ExecCredential. */
export interface ExecPlugin {
  readonly apiVersion: string
  readonly command: string
  readonly args?: readonly string[] | null
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null
}

/** A way into a cluster; nothing in it refers to another file, but `tokenFile` and the command of a plugin. */
export interface Way {
  /** Of the context. */
  readonly name: string
  readonly server: string
  /** PEM. */
  readonly authority?: string
  readonly insecure: boolean
  readonly servername?: string
  readonly certificate?: string
  readonly key?: string
  readonly token?: string
  readonly tokenFile?: string
  readonly exec?: ExecPlugin
}

interface Named {
  readonly name?: string
}
type Fields = Readonly<Record<string, unknown>>
interface Config {
  readonly contexts?: readonly (Named & { readonly context?: Fields })[] | null
  readonly clusters?: readonly (Named & { readonly cluster?: Fields })[] | null
  readonly users?: readonly (Named & { readonly user?: Fields })[] | null
  readonly 'current-context'?: string
}

/** The names of the contexts of a file. Throws MUS0206 for one that is none. */
export async function contextsOf(file: string): Promise<readonly string[]> {
  const { contexts } = await readConfig(file)
  return (contexts ?? []).flatMap(({ name }) => (name === undefined ? [] : [name]))
}

/** Reads one context of a file, the current one when none is named. Throws MUS0206, saying which entry lacks what. */
export async function readWay(file: string, context?: string): Promise<Way> {
  const config = await readConfig(file)
  const name = context ?? config['current-context'] ?? ''
  const refuse = (what: string) =>
    trouble('MUS0206', {
      what: same(what),
      where: same(file),
      next: [`kubectl config get-contexts --kubeconfig ${file}`],
    })
  if (name === '') throw refuse('no context is named, and the file has no current-context')
  const found = config.contexts?.find((one) => one.name === name)?.context
  if (!found) throw refuse(`there is no context "${name}"`)
  const clusterName = textOf(found, 'cluster')
  const cluster = config.clusters?.find((one) => one.name === clusterName)?.cluster
  if (!cluster) throw refuse(`context "${name}" names cluster "${clusterName}", which is not there`)
  const userName = textOf(found, 'user')
  const user = config.users?.find((one) => one.name === userName)?.user ?? {}
  const server = textOf(cluster, 'server') ?? ''
  if (!server.startsWith('https://')) {
    throw refuse(`cluster "${clusterName}": server is "${server}"; only https:// is spoken`)
  }
  const old = user['auth-provider']
  if (old !== undefined)
    throw refuse(`user "${userName}": auth-provider is no longer in Kubernetes; an exec plugin took its place`)
  if (user.username !== undefined)
    throw refuse(`user "${userName}": a user name and password are no longer in Kubernetes`)
  if (cluster['proxy-url'] !== undefined) throw refuse(`cluster "${clusterName}": proxy-url is not supported`)
  const pem = (fields: Fields, field: string) => pemOf(file, fields, field)
  const authority = await pem(cluster, 'certificate-authority')
  const certificate = await pem(user, 'client-certificate')
  const key = await pem(user, 'client-key')
  const servername = textOf(cluster, 'tls-server-name')
  const token = textOf(user, 'token')
  const tokenFile = textOf(user, 'tokenFile')
  const exec = user.exec as ExecPlugin | undefined
  return {
    name,
    server,
    insecure: cluster['insecure-skip-tls-verify'] === true,
    ...(authority === undefined ? {} : { authority }),
    ...(servername === undefined ? {} : { servername }),
    ...(certificate === undefined || key === undefined ? {} : { certificate, key }),
    ...(token === undefined ? {} : { token }),
    ...(tokenFile === undefined
      ? {}
      : { tokenFile: isAbsolute(tokenFile) ? tokenFile : join(dirname(file), tokenFile) }),
    ...(exec === undefined ? {} : { exec }),
  }
}

/** The way as a kubeconfig of its own. */
export function writeWay(way: Way): string {
  const { name, server, authority, insecure, servername, certificate, key, token, tokenFile, exec } = way
  const cluster = {
    server,
    ...(authority === undefined ? {} : { 'certificate-authority-data': base64(authority) }),
    ...(insecure ? { 'insecure-skip-tls-verify': true } : {}),
    ...(servername === undefined ? {} : { 'tls-server-name': servername }),
  }
  const user = {
    ...(certificate === undefined ? {} : { 'client-certificate-data': base64(certificate) }),
    ...(key === undefined ? {} : { 'client-key-data': base64(key) }),
    ...(token === undefined ? {} : { token }),
    ...(tokenFile === undefined ? {} : { tokenFile }),
    ...(exec === undefined ? {} : { exec }),
  }
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name, cluster }],
      users: [{ name, user }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      'current-context': name,
    },
    { lineWidth: 0 },
  )
}

async function readConfig(file: string): Promise<Config> {
  const read: unknown = parse(await readFile(file, 'utf8'))
  if (typeof read !== 'object' || read === null || Array.isArray(read)) {
    throw trouble('MUS0206', {
      what: text(`${file} is no kubeconfig`, `${file} 不是 kubeconfig`),
      where: same(file),
      next: ['kubectl config view'],
    })
  }
  return read
}

const textOf = (fields: Fields, field: string): string | undefined => {
  const value = fields[field]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** What lies in a field ending in `-data`, or in the file that the field names. */
async function pemOf(file: string, fields: Fields, field: string): Promise<string | undefined> {
  const data = textOf(fields, `${field}-data`)
  if (data !== undefined) return Buffer.from(data, 'base64').toString()
  const named = textOf(fields, field)
  return named === undefined ? undefined : readFile(isAbsolute(named) ? named : join(dirname(file), named), 'utf8')
}

const base64 = (pem: string): string => Buffer.from(pem).toString('base64')
