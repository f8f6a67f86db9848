/**
 * Where control planes keep what they are: below `~/.muster`, or MUSTER_HOME, or `--home`, each in a folder of its name.
 *
 *     NAME/kubeconfig                 the way in for the administrator of every logical cluster
 *     NAME/clusters/CLUSTER/kubeconfig   and into one of the others alone
 *     NAME/run.json                   the process that serves it now
 *     NAME/logs/                      what it says while nobody looks
 *     NAME/audit/                     who did what
 *     NAME/members/                   the ways into other clusters that are mirrored
 *     NAME/data/store/                the truth
 *     NAME/data/mirrors/              what is written down of other clusters
 *     NAME/data/keys/                 what Secrets are sealed with: without it they cannot be read
 *     NAME/data/identities/           keys and certificates: for their owner's eyes alone
 */
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from '../terminal/language.ts'
import { trouble } from '../trouble.ts'

/** The folders of one control plane. */
export interface Place {
  readonly name: string
  /** What all control planes of this user are below. */
  readonly home: string
  readonly directory: string
  readonly data: string
  readonly logs: string
  readonly kubeconfig: string
}

/** The control plane that is meant when none is named. */
export const DEFAULT_NAME = 'default'

/** The home that a flag or the environment names. */
export const homeDirectory = (env: Readonly<Record<string, string | undefined>>, flag?: string): string =>
  resolve(flag ?? (env.MUSTER_HOME || join(homedir(), '.muster')))

/** The folders of a control plane; throws MUS0101 for a name that cannot be a folder's. */
export function placeOf(home: string, name: string = DEFAULT_NAME): Place {
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) {
    throw trouble('MUS0101', {
      what: text(
        `"${name}" cannot name a control plane: use lower-case letters, digits and dashes`,
        `"${name}" 不能作为控制平面的名称：请使用小写字母、数字和短横线`,
      ),
      next: ['muster up --name test'],
    })
  }
  const directory = join(home, name)
  return {
    name,
    home,
    directory,
    data: join(directory, 'data'),
    logs: join(directory, 'logs'),
    kubeconfig: join(directory, 'kubeconfig'),
  }
}

/** The kubeconfig of one logical cluster. */
export const kubeconfigPath = (place: Place, cluster: string): string =>
  cluster === 'default' ? place.kubeconfig : join(place.directory, 'clusters', cluster, 'kubeconfig')
