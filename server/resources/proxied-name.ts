/** The name in a path of a proxy, which may also say a scheme and a port; and the addresses that are proxied to. */

/** What such a name says. */
export interface ProxiedName {
  /** `http`, `https`, or empty when it is not said. */
  readonly scheme: string
  readonly name: string
  /** A number or the name of a port; empty when it is not said. */
  readonly port: string
}

/** `name`, `name:port` or `scheme:name:port`; undefined for anything else. Source: apimachinery util/net SplitSchemeNamePort. */
export function splitProxied(text: string): ProxiedName | undefined {
  const parts = text.split(':')
  if (parts.length > 3) return undefined
  const [scheme = '', name = '', port = ''] = parts.length === 3 ? parts : ['', ...parts]
  const isKnown = scheme === '' || scheme === 'http' || scheme === 'https'
  return name === '' || (parts.length === 3 && scheme === '') || !isKnown ? undefined : { scheme, name, port }
}

/** Addresses that mean this machine, this link, or nobody: nothing is sent there on a client's behalf. */
const NEVER =
  /^(0\.0\.0\.0|127\.|169\.254\.|22[4-9]\.|23\d\.|255\.255\.255\.255$|::1?$|fe[89ab][0-9a-f]:|ff[0-9a-f]{2}:)/i

/** True for a global unicast address. Source: Go net.IP IsGlobalUnicast. */
export const isProxied = (address: string): boolean => address !== '' && !NEVER.test(address)
