/** What nodes have to do with, as it comes to those who decide what a node may read. */
import { FOLLOWED, type NodeRelationsIndex } from '../auth/node/relations.ts'
import { sharedObject } from '../storage/stored-object.ts'
import { clusterOf, type FollowDeps, followStored, type StoredFollower } from './follow.ts'

/** Resolves once everything that is there was told; goes on until the signal aborts. */
export async function followNodeRelations(
  relationsOf: (cluster: string) => NodeRelationsIndex,
  deps: FollowDeps,
  signal: AbortSignal,
): Promise<void> {
  const follower: StoredFollower = {
    name: 'nodes',
    put: (object) => relationsOf(clusterOf(object)).put(object.key, () => sharedObject(object)),
    remove: (object) => relationsOf(clusterOf(object)).remove(object.key),
  }
  await Promise.all(FOLLOWED.map((resource) => followStored(resource, follower, deps, signal)))
}
