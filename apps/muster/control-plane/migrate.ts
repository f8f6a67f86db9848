/**
 * Moves what an older Muster left at the top of the home into the folder of the control plane `default`.
 *
 *     store  keys  identities  audit        →  default/data/store  default/data/keys  ...  default/audit
 *     CLUSTER/kubeconfig                    →  default/clusters/CLUSTER/kubeconfig
 *
 * Every move is one rename, and the identities go last, by which the layout is known: interrupted anywhere, it goes on
 * where it was. Nothing is ever written over. A store without identities is one of `muster store serve`, and stays.
 */
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { lockDirectory } from '@muster/store/sqlite/lock.ts'
import { text } from '../terminal/language.ts'
import { trouble } from '../trouble.ts'
import { DEFAULT_NAME, kubeconfigPath, placeOf } from './place.ts'

/** Moves an old layout. True when there was one. Throws when one is in use, or when there are two of something. */
export async function migrate(home: string): Promise<boolean> {
  const identities = join(home, 'identities')
  if (!existsSync(identities)) return false
  const place = placeOf(home, DEFAULT_NAME)
  await moveStore(join(home, 'store'), join(place.data, 'store'))
  await move(join(home, 'keys'), join(place.data, 'keys'))
  await move(join(home, 'audit'), join(place.directory, 'audit'))
  for (const cluster of (await clustersOf(identities)).filter((name) => name !== 'default')) {
    await move(join(home, cluster, 'kubeconfig'), kubeconfigPath(place, cluster))
    await rmdir(join(home, cluster)).catch(() => {})
  }
  await move(identities, join(place.data, 'identities'))
  return true
}

async function moveStore(from: string, to: string): Promise<void> {
  if (!existsSync(from)) return
  // The lock is the name of a socket and not a file, so it can be let go of before the folder moves.
  const lock = await lockDirectory(from)
  await new Promise((resolve) => lock.close(resolve))
  await move(from, to)
}

/** Which logical clusters an installation had: each has a file of identities. */
async function clustersOf(identities: string): Promise<readonly string[]> {
  return (await readdir(identities)).flatMap((name) => /^(.+)\.cluster\.json$/.exec(name)?.[1] ?? [])
}

async function move(from: string, to: string): Promise<void> {
  if (!existsSync(from)) return
  if (existsSync(to)) {
    throw trouble('MUS0113', {
      what: text(`${from} and ${to} are both there`, `${from} 与 ${to} 同时存在`),
      why: text(
        'an older Muster kept its state at the first, this one at the second',
        '旧版 Muster 把状态放在前者，现在的版本放在后者',
      ),
      next: ['muster up --home ANOTHER'],
    })
  }
  await mkdir(dirname(to), { recursive: true, mode: 0o700 })
  await rename(from, to)
}
