/** The way that a kubeconfig of ours leads, for tests and tours that speak to a control plane without kubectl. */
import type { ServerAddress } from '@muster/client/http/connection.ts'

/** Server and credentials in the text of a kubeconfig that Muster wrote. */
export function addressIn(kubeconfig: string, url: string): ServerAddress {
  const field = (name: string): string =>
    Buffer.from(new RegExp(`${name}: "?([^"\\s]+)`).exec(kubeconfig)?.[1] ?? '', 'base64').toString()
  return {
    url,
    ca: field('certificate-authority-data'),
    certificate: field('client-certificate-data'),
    key: field('client-key-data'),
  }
}
