/** Who stands in an election, as the storage has it. */
import { type Candidate, CandidateKind, electionOf } from '@muster/api/elections/candidate.ts'
import { COORDINATION_API_VERSION } from '@muster/api/elections/words.ts'
import type { KubeObject } from '@muster/api/object.ts'
import type { GroupResource } from '@muster/api/status.ts'
import type { Revision } from '@muster/store/store.ts'
import { isKind } from '../auth/reads.ts'
import { nameOf } from '../storage/key.ts'
import type { Storage } from '../storage/storage.ts'
import { type StoredObject, sharedObject } from '../storage/stored-object.ts'

/** Where candidates are kept. */
export const CANDIDATES: GroupResource = { group: CandidateKind.group, resource: CandidateKind.plural }

/** True for one. */
export const isCandidate: (object: KubeObject) => object is Candidate = isKind<Candidate>(
  COORDINATION_API_VERSION,
  CandidateKind.kind,
)

/** Which election. */
export interface ElectionName {
  readonly cluster: string
  readonly namespace: string
  readonly election: string
}

/** Those who stand, first come first: the first leads. */
export interface Standing {
  readonly candidates: readonly StoredObject[]
  /** As of when. */
  readonly revision: Revision
}

/** Looks at what is in memory, which may be late; or, `fresh`, at what everybody has been told of until now. */
export async function lookAt(
  objects: Pick<Storage, 'list'>,
  { cluster, namespace, election }: ElectionName,
  how: 'cached' | 'fresh',
): Promise<Standing> {
  const resourceVersion = how === 'cached' ? '0' : ''
  const scope = { ...CANDIDATES, cluster, namespace }
  const { items, revision } = await objects.list(scope, {
    limit: 0,
    continue: '',
    resourceVersion,
    resourceVersionMatch: '',
  })
  const candidates = items.filter(({ key }) => electionOf(nameOf(key)) === election)
  return { candidates: candidates.sort((one, other) => one.createRevision - other.createRevision), revision }
}

/** What a candidate calls itself. */
export function identityOf(candidate: StoredObject): string {
  const object = sharedObject(candidate)
  return isCandidate(object) ? object.spec.identity : ''
}
