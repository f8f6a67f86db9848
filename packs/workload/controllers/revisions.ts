/** Keeps the ControllerRevisions of a StatefulSet or a DaemonSet; see `decide/revisions.ts`. */
import { controllerOf } from '@muster/api/metadata/owner-references.ts'
import type { KubeObject } from '@muster/api/object.ts'
import type { ControllerRevision } from '@muster/api/types/apps-v1.ts'
import type { PodTemplateSpec } from '@muster/api/types/core-v1.ts'
import { ControlError, hasCode } from '@muster/base/errors.ts'
import type { Client } from '@muster/client/client.ts'
import { CONTROLLER_REVISIONS } from '@muster/client/kubernetes.ts'
import { chooseRevision, isOf, newRevision, revisionData } from '../decide/revisions.ts'

/** The revision of a template, and how often names collided so far. */
export interface KeptRevision {
  readonly revision: ControllerRevision
  readonly collisions: number
}

/** Names that are tried for one revision; two that collide are a chance of one in four thousand million. */
const NAMES_MAX = 16

/** Finds, renumbers or makes the revision of a template. */
export async function keepRevision(
  client: Client,
  owner: KubeObject,
  template: PodTemplateSpec,
  revisions: readonly ControllerRevision[],
  collisions: number,
): Promise<KeptRevision> {
  const choice = chooseRevision(revisions, revisionData(template))
  switch (choice.choose) {
    case 'latest':
      return { revision: choice.revision, collisions }
    case 'earlier': {
      const { uid, name = '', namespace = '' } = choice.revision.metadata
      const value = { metadata: { uid }, revision: choice.number }
      const revision = await client.resource(CONTROLLER_REVISIONS).patch({ namespace, name }, { patch: 'merge', value })
      return { revision, collisions }
    }
    case 'new':
      return create(client, owner, template, choice.number, collisions)
    default:
      return choice satisfies never
  }
}

async function create(
  client: Client,
  owner: KubeObject,
  template: PodTemplateSpec,
  number: number,
  before: number,
): Promise<KeptRevision> {
  const revisions = client.resource(CONTROLLER_REVISIONS)
  for (let collisions = before; collisions < before + NAMES_MAX; collisions++) {
    const wanted = newRevision(owner, template, number, collisions)
    try {
      return { revision: await revisions.create(wanted), collisions }
    } catch (error) {
      if (!hasCode(error, 'AlreadyExists')) throw error
      const { name = '', namespace = '' } = wanted.metadata
      const found = await revisions.get({ namespace, name })
      const holder = controllerOf(found.metadata)?.uid
      const isOurs = holder === undefined || holder === owner.metadata.uid
      if (isOurs && isOf(found, revisionData(template))) return { revision: found, collisions }
    }
  }
  throw new ControlError(
    'Conflict',
    `${NAMES_MAX} names for a revision of ${owner.kind} ${owner.metadata.name} are taken`,
  )
}

/** Deletes revisions, as long as nobody changed them. */
export async function dropRevisions(client: Client, revisions: readonly ControllerRevision[]): Promise<void> {
  for (const { metadata } of revisions) {
    const { uid, name = '', namespace = '' } = metadata
    try {
      await client.resource(CONTROLLER_REVISIONS).delete({ namespace, name }, uid ? { uid } : {})
    } catch (error) {
      if (!hasCode(error, 'NotFound')) throw error
    }
  }
}
