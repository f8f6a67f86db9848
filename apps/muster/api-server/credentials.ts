/** What an installation is known by: made at its first start, renewed before it expires, kept in its home. */
import { randomBytes } from 'node:crypto'
import type { Clock } from '@muster/base/clock.ts'
import type { Making } from '@muster/server/auth/certificates.ts'
import {
  type Identities,
  issueAdminCertificate,
  makeIdentities,
  makeServing,
  renewServing,
  type Serving,
} from '@muster/server/auth/identities.ts'
import { kubeconfigOf } from '@muster/server/auth/kubeconfig.ts'
import { kubeconfigPath, type Place } from '../control-plane/place.ts'
import { readJson, writeSecret } from './home.ts'

/** Of one installation. */
export interface Credentials {
  readonly serving: Serving
  readonly identities: readonly Identities[]
}

/** What certificates and keys are made with. */
export const making = (clock: Clock): Making => ({
  now: clock.now(),
  entropy: (count: number) => new Uint8Array(randomBytes(count)),
})

/** Reads what is kept, makes what is missing, renews what grows old. */
export async function loadCredentials(
  home: string,
  clusters: readonly string[],
  names: readonly string[],
  clock: Clock,
): Promise<Credentials> {
  const kept = (await readJson(home, 'identities', 'serving.json')) as Serving | undefined
  const serving = kept ? await renewServing(kept, names, making(clock)) : await makeServing(names, making(clock))
  if (serving !== kept) await writeSecret(JSON.stringify(serving), home, 'identities', 'serving.json')
  const identities: Identities[] = []
  for (const cluster of clusters) {
    const file = `${cluster}.cluster.json`
    const known = (await readJson(home, 'identities', file)) as Identities | undefined
    const made = known ?? (await makeIdentities(cluster, making(clock)))
    if (!known) await writeSecret(JSON.stringify(made), home, 'identities', file)
    identities.push(made)
  }
  return { serving, identities }
}

/** Writes the administrator's way into each logical cluster; that of the first has all of them. Answers where it is. */
export async function writeKubeconfigs(
  place: Place,
  url: string,
  { serving, identities }: Credentials,
  clock: Clock,
): Promise<string> {
  const accesses = await Promise.all(
    identities.map(async (one) => ({
      name: one.cluster === 'default' ? 'muster' : `muster-${one.cluster}`,
      server: one.cluster === 'default' ? url : `${url}/clusters/${one.cluster}`,
      authority: serving.authority.certificate,
      credentials: await issueAdminCertificate(one, 'admin', making(clock)),
    })),
  )
  let first = ''
  for (const [at, access] of accesses.entries()) {
    // With all of them in each, a thousand clusters would take gigabytes.
    const others = at === 0 ? accesses.slice(1) : []
    const file = kubeconfigPath(place, identities[at]?.cluster ?? '')
    await writeSecret(kubeconfigOf([access, ...others]), file)
    if (at === 0) first = file
  }
  return first
}
