/** What became of each operation; in a dry run, what would, field by field. */
import { fieldChanges } from '@muster/api/history/changes.ts'
import { apiVersionOf, type KubeObject } from '@muster/api/object.ts'
import type { OperationResult } from '@muster/api/transaction/transaction.ts'
import { assert } from '@muster/base/errors.ts'
import type { Revision } from '@muster/store/store.ts'
import { type Authorizer, aboutResource } from '../auth/authorization.ts'
import { limited } from '../history/versions.ts'
import { namespaceOf, type ResourceCall, saidResource } from '../resources/call.ts'
import { fromStored } from '../resources/versions.ts'
import type { ObjectKey } from '../storage/key.ts'
import type { Stage } from '../storage/stage.ts'
import type { Part } from './part.ts'

/** A transaction that was done, or tried. */
export interface Done {
  readonly stage: Stage
  /** Of the objects, by operation. */
  readonly keys: readonly ObjectKey[]
  /** Of their writes; undefined where there was none. */
  readonly revisions: readonly (Revision | undefined)[]
  /** Of the last write; undefined where there was none. */
  readonly revision: Revision | undefined
}

/** One for each operation, in order. */
export const resultsOf = (
  call: ResourceCall,
  deps: ResultDeps,
  parts: readonly Part[],
  done: Done,
  dryRun: boolean,
): OperationResult[] => parts.map((part) => resultOf(call, deps, part, done, dryRun))

interface ResultDeps {
  readonly authorizerOf: (cluster: string) => Authorizer
}

function resultOf(
  call: ResourceCall,
  deps: ResultDeps,
  { at, operation, served, info }: Part,
  { stage, keys, revisions }: Done,
  dryRun: boolean,
): OperationResult {
  const key = keys[at]
  assert(key, 'what was done has an object')
  const change = stage.change(key)
  const [before, after] = [change?.before(), change?.after()]
  const revision = revisions[at]
  const uid = (after ?? before)?.metadata.uid
  return {
    verb: operation.verb,
    apiVersion: apiVersionOf({ group: served.kind.group, version: served.version.name }),
    kind: served.kind.kind,
    ...(key.namespace === '' ? {} : { namespace: key.namespace }),
    name: key.name,
    ...(info.subresource === '' ? {} : { subresource: info.subresource }),
    result: change ? resultOfChange(before, after) : operation.verb === 'check' ? 'checked' : 'unchanged',
    ...(uid ? { uid } : {}),
    ...(revision === undefined ? {} : { resourceVersion: String(revision) }),
    ...(dryRun && change ? difference({ ...call, served, info }, deps, key.name, before, after) : {}),
  }
}

function resultOfChange(before: KubeObject | undefined, after: KubeObject | undefined): OperationResult['result'] {
  if (!after) return 'deleted'
  return before ? 'updated' : 'created'
}

/** Who may write an object need not be one who may read it. */
function difference(
  call: ResourceCall,
  { authorizerOf }: ResultDeps,
  name: string,
  before: KubeObject | undefined,
  after: KubeObject | undefined,
): Pick<OperationResult, 'fields' | 'moreFields' | 'fieldsHidden'> {
  const { info, user, served } = call
  const about = saidResource(call)
  const asked = aboutResource({ ...about, verb: 'get', namespace: namespaceOf(call), name })
  if (before && !authorizerOf(info.cluster).authorize(user, asked).allowed) {
    return { fieldsHidden: `to see them needs the right to get ${about.resource}` }
  }
  // What is not there differs field by field, and not as one whole.
  const shown = (object: KubeObject | undefined) =>
    object ? fromStored(served, structuredClone(object)) : { metadata: {} }
  return limited(fieldChanges(shown(before), shown(after)))
}
