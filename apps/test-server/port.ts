/** The API on a port of loopback, for clients that speak HTTP. Keys and certificates are made here, when one is asked for. */
import type { Handle } from '@muster/api/message.ts'
import { systemClock } from '@muster/base/system.ts'
import { issueServerCertificate } from '@muster/server/auth/certificates.ts'
import type { Identities } from '@muster/server/auth/identities.ts'
import { kubeconfigOf } from '@muster/server/auth/kubeconfig.ts'
import { listen } from '@muster/server/listen/listener.ts'
import { entropy } from './image.ts'

/** An open port. */
export interface Port {
  readonly url: string
  /** The text of the kubeconfig of whoever has the token, in one logical cluster. */
  kubeconfig(name: string, token: string, cluster?: string): string
  /** Cuts every connection. */
  close(): Promise<void>
}

const HOST = '127.0.0.1'

/** Opens a free port. Clients check its certificate by the machine's own time, so that is what it is made by. */
export async function openPort(handle: Handle, { authority }: Identities): Promise<Port> {
  const { certificate, privateKey } = await issueServerCertificate(authority, ['localhost', HOST], {
    now: systemClock.now(),
    entropy,
  })
  const tls = { key: privateKey, certificate, clientCa: authority.certificate }
  const listener = await listen({ host: HOST, port: 0, tls, handle, clock: systemClock })
  const url = `https://${HOST}:${listener.port}`
  return {
    url,
    kubeconfig(name, token, cluster) {
      const server = cluster === undefined ? url : `${url}/clusters/${cluster}`
      return kubeconfigOf([{ name, server, authority: authority.certificate, credentials: { token } }])
    },
    close: () => listener.close(),
  }
}
