/** Issuers of tokens outside this installation, as its files name them, asked over HTTPS. */
import { readFile } from 'node:fs/promises'
import { get } from 'node:https'
import { type Clock, type Duration, seconds } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import type { Random } from '@muster/base/random.ts'
import { readAuthentication } from '@muster/server/auth/oidc/configuration.ts'
import { createOidcJudge } from '@muster/server/auth/oidc/oidc-token.ts'
import { issuerOf, type OutsideIdentity } from '@muster/server/cluster/logical-cluster.ts'

/** What each logical cluster's file says. Throws Invalid for one that is wrong, or is for a cluster that is not there. */
export async function openOutsideIdentities(
  files: readonly string[],
  clusters: readonly string[],
  deps: { readonly clock: Clock; readonly random: Random },
): Promise<(cluster: string) => OutsideIdentity> {
  const found = new Map<string, OutsideIdentity>()
  for (const word of files) {
    const [, named, rest] = /^([a-z0-9-]+)=(.+)$/s.exec(word) ?? []
    const [cluster, file] = named !== undefined && rest !== undefined ? [named, rest] : ['default', word]
    if (!clusters.includes(cluster))
      throw new ControlError('Invalid', `--authentication-config ${word}: there is no logical cluster '${cluster}'`)
    const { issuers, anonymousPaths } = readAuthentication(await readFile(file), clusters.map(issuerOf))
    found.set(cluster, {
      ...(issuers.length > 0 ? { oidc: createOidcJudge(issuers, { ...deps, fetchText }) } : {}),
      ...(anonymousPaths === undefined ? {} : { anonymousPaths }),
    })
  }
  return (cluster) => found.get(cluster) ?? {}
}

/** An issuer that takes longer is as good as away. */
const FETCH_TIMEOUT: Duration = seconds(10)
/** Of a description, or a set of keys. */
const TEXT_BYTES_MAX = 1024 * 1024

/** Reads a document. `authority` vouches for the other side; what the machine trusts when absent. */
export function fetchText(url: string, authority: string | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: unknown) => reject(new ControlError('Unavailable', `${url}: ${why}`, cause))
    const options = { timeout: FETCH_TIMEOUT, ...(authority === undefined ? {} : { ca: authority }) }
    const request = get(url, options, (response) => {
      let text = ''
      if (response.statusCode !== 200) {
        response.destroy()
        return fail(`answered with ${response.statusCode}`)
      }
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
        if (text.length > TEXT_BYTES_MAX) response.destroy(new Error('the answer is too long'))
      })
      response.on('error', (cause) => fail(cause.message, cause))
      response.on('end', () => resolve(text))
    })
    request.on('timeout', () => request.destroy(new Error('no answer in time')))
    request.on('error', (cause) => fail(cause.message, cause))
  })
}
