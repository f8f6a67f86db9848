/** The file by which kubectl and every client library find a cluster. Source: client-go tools/clientcmd/api/v1 Config. */
import { stringify } from 'yaml'
import type { Issued } from './certificates.ts'

/** One way into one cluster. */
export interface Access {
  /** Names the cluster, the user and the context. */
  readonly name: string
  /** `https://127.0.0.1:6443/clusters/shop`. */
  readonly server: string
  /** Whom the server is vouched for by, in PEM. */
  readonly authority: string
  readonly credentials: Issued | { readonly token: string }
  /** `default` when absent. */
  readonly namespace?: string
}

/** The text of a kubeconfig with one context for each way in; the first is the current one. */
export function kubeconfigOf(accesses: readonly [Access, ...Access[]]): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: accesses.map(({ name, server, authority }) => ({
      name,
      cluster: { server, 'certificate-authority-data': base64(authority) },
    })),
    users: accesses.map(({ name, credentials }) => ({ name, user: userOf(credentials) })),
    contexts: accesses.map(({ name, namespace }) => ({
      name,
      context: { cluster: name, user: name, ...(namespace === undefined ? {} : { namespace }) },
    })),
    'current-context': accesses[0].name,
  }
  // Without a width, long values stay in one line.
  return stringify(config, { lineWidth: 0 })
}

const userOf = (credentials: Access['credentials']) =>
  'token' in credentials
    ? { token: credentials.token }
    : {
        'client-certificate-data': base64(credentials.certificate),
        'client-key-data': base64(credentials.privateKey),
      }

const base64 = (text: string): string => Buffer.from(text).toString('base64')
