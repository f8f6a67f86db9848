/**
 * Where the nodes of member clusters keep what is theirs:
 *
 *     data/nodes/CLUSTER/NODE/runs      what runs, and its logs
 *     data/nodes/CLUSTER/NODE/agent     what pods are given: config maps, tokens
 *     data/nodes/CLUSTER/NODE/volumes   what claims hold
 */
import { rm } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { ControlError } from '@muster/base/errors.ts'
import type { LocalVolumes } from '@muster/packs/volumes/controllers/local-provisioner.ts'
import type { Place } from '../control-plane/place.ts'

/** That of all. */
export const nodesDirectory = (place: Place): string => join(place.data, 'nodes')

/** That of one node. */
export const nodeDirectory = (place: Place, cluster: string, node: string): string =>
  join(nodesDirectory(place), cluster, node)

/** Directories of claims, for the clusters whose nodes are here. */
export function localVolumes(place: Place, members: ReadonlySet<string>): LocalVolumes {
  const all = nodesDirectory(place)
  return {
    directoryOf: (cluster, node) =>
      members.has(cluster) ? join(nodeDirectory(place, cluster, node), 'volumes') : undefined,
    async remove(path) {
      // The path comes from an object that people may write.
      const [, , kind, name, ...more] = path.startsWith(all + sep) ? path.slice(all.length + 1).split(sep) : []
      if (kind !== 'volumes' || !name || name === '..' || more.length > 0)
        throw new ControlError('Invalid', `${path} is no directory of a claim on this machine: it is not removed`)
      await rm(path, { recursive: true, force: true })
    },
  }
}
