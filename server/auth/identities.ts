/**
 * What a server is known by, as plain data that somebody keeps: secrets all of it.
 *
 *     Serving      one for an installation: its authority, and the certificate that it shows to clients
 *     Identities   one for each logical cluster: its authority (for client certificates), and the keys of its tokens
 *
 * A client of one logical cluster is a stranger to every other: neither its certificates nor its tokens are vouched for
 * there.
 */
import {
  coversNames,
  type Issued,
  issueClientCertificate,
  issueServerCertificate,
  type Making,
  makeAuthority,
  needsRenewal,
} from './certificates.ts'
import { type KeyPair, newKeyPair } from './keys.ts'
import { MASTERS, NODES, nodeUsername } from './user.ts'

/** What clients recognise an installation by. */
export interface Serving {
  readonly authority: Issued
  readonly server: Issued
}

/** What one logical cluster recognises its clients by. */
export interface Identities {
  readonly cluster: string
  readonly authority: Issued
  /** The first signs; all of them are accepted. Never empty. */
  readonly tokenKeys: readonly [KeyPair, ...KeyPair[]]
}

/** How an installation starts: `names` are the DNS names and addresses that it is reached under. */
export async function makeServing(names: readonly string[], making: Making): Promise<Serving> {
  const authority = await makeAuthority('muster', making)
  return { authority, server: await issueServerCertificate(authority, names, making) }
}

/** The same identity with a fresh certificate, when the one it has grows old or lacks a name; else itself. */
export async function renewServing(serving: Serving, names: readonly string[], making: Making): Promise<Serving> {
  const { authority, server } = serving
  if (!needsRenewal(server.certificate, making.now) && coversNames(server.certificate, names)) return serving
  return { authority, server: await issueServerCertificate(authority, names, making) }
}

/** How a logical cluster starts. */
export const makeIdentities = async (cluster: string, making: Making): Promise<Identities> => ({
  cluster,
  authority: await makeAuthority(`muster-${cluster}`, making),
  tokenKeys: [newKeyPair()],
})

/** Signs tokens with a new key from now on, and keeps accepting those of the newest keys before it. */
export const rotateTokenKey = (identities: Identities): Identities => ({
  ...identities,
  tokenKeys: [newKeyPair(), ...identities.tokenKeys.slice(0, TOKEN_KEYS_MAX - 1)],
})

/** Beyond this many, tokens of the oldest key are no longer accepted. */
export const TOKEN_KEYS_MAX = 4

/** A certificate for an administrator of the cluster. */
export const issueAdminCertificate = ({ authority }: Identities, username: string, making: Making): Promise<Issued> =>
  issueClientCertificate(authority, { username, groups: [MASTERS] }, making)

/** A certificate for the node of this name: it may do what that node must, and nothing else. */
export const issueNodeCertificate = ({ authority }: Identities, name: string, making: Making): Promise<Issued> =>
  issueClientCertificate(authority, { username: nodeUsername(name), groups: [NODES] }, making)
