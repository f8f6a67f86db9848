/**
 * `pods/NAME/eviction`: a delete that asks the pod's disruption budget first.
 *
 *     ended, not begun, going ──► delete
 *     no budget               ──► delete
 *     one budget              ──► delete, and spend from it in the same commit; not when the pod is no loss
 *     several                 ──► refused: nobody can say which counts
 *
 * Kubernetes writes budget, pod and deletion one after the other; here they are one commit, so that none of them is
 * done for nothing. Source: kubernetes pkg/registry/core/pod/storage/eviction.go.
 */

import { invalid as invalidField } from '@muster/api/field-error.ts'
import { filterOfSelector } from '@muster/api/selector/label-selector.ts'
import { matchesLabels } from '@muster/api/selector/labels.ts'
import { badRequest, invalid, methodNotServed, plainFailure } from '@muster/api/status.ts'
import { timestamp } from '@muster/api/time.ts'
import type { Pod } from '@muster/api/types/core-v1.ts'
import type { Eviction, PodDisruptionBudget } from '@muster/api/types/policy-v1.ts'
import { assert, isControlError } from '@muster/base/errors.ts'
import { isKind } from '../auth/reads.ts'
import { deleteOptions } from '../http/options.ts'
import type { AlsoWritten } from '../storage/decide.ts'
import { parseKey } from '../storage/key.ts'
import { parseObject } from '../storage/stored-object.ts'
import type { AnswerDeps, SubresourceHandler } from './answer.ts'
import { decodePassing, passingKind } from './answer-object.ts'
import type { ResourceCall } from './call.ts'
import { deletionRulesOf } from './deletion-rules.ts'
import { goesFreely, isNoLoss, spend } from './disruption-budget.ts'
import { answerDone, asPod, podKey, setPodCondition } from './pod-key.ts'
import { type Admitted, admitPassing, writeRequest } from './writing.ts'

const EVICTION = passingKind('policy', 'v1', 'Eviction')
const isEviction = isKind<Eviction>('policy/v1', 'Eviction')
const isBudget = isKind<PodDisruptionBudget>('policy/v1', 'PodDisruptionBudget')

/** Deletes a pod, if its disruption budget lets it go. */
export const evictionHandler: SubresourceHandler = async (call, deps) => {
  if (call.info.verb !== 'create') throw methodNotServed()
  const { object: eviction, options: asked } = decodePassing(call, EVICTION)
  assert(isEviction(eviction), 'a body was decoded by the schema of its kind')
  if (eviction.metadata.name !== call.info.name) throw badRequest('name in URL does not match name in Eviction object')
  const options = optionsOf(call, eviction, asked.dryRun)

  const admitted: Admitted = { guards: [] }
  await admitPassing(call, deps, eviction, EVICTION, options.dryRun, admitted)
  const now = timestamp(call.now)
  let also: readonly AlsoWritten[] = []
  let tries = 0
  await deps.objects.remove(podKey(call), {
    ...writeRequest(call, deps, options.dryRun, admitted),
    async grounds() {
      if (tries++ > 0) await admitted.again?.()
      return { guards: admitted.guards, also }
    },
    options,
    rules: deletionRulesOf(call.served.kind.rules),
    async admit(current) {
      also = await budgetFor(call, deps, asPod(current))
    },
    note: (pod) =>
      setPodCondition(
        asPod(pod),
        {
          type: 'DisruptionTarget',
          status: 'True',
          reason: 'EvictionByEvictionAPI',
          message: 'Eviction API: evicting',
        },
        now,
      ),
  })
  return answerDone(call)
}

/** What the Eviction says of the deletion. It and the query must agree about dry run, where both speak of it. */
function optionsOf({ info }: ResourceCall, { deleteOptions: given = {} }: Eviction, isDryRun: boolean) {
  if (given.ignoreStoreReadErrorWithClusterBreakingPotential) {
    throw invalid({ group: 'policy', kind: 'Eviction' }, info.name, [
      invalidField(
        'deleteOptions.ignoreStoreReadErrorWithClusterBreakingPotential',
        true,
        'can not be set for pod eviction, try after removing the option',
      ),
    ])
  }
  const { dryRun = [] } = given
  if (isDryRun && dryRun.length > 0 && dryRun.join() !== 'All') {
    throw plainFailure(`Non-matching dry-run options in request and content: [All] and [${dryRun.join(' ')}]`)
  }
  const read = deleteOptions(new URLSearchParams(), { ...given } as never)
  return { ...read, dryRun: isDryRun || read.dryRun }
}

/** What is left of the budget that the pod is under; nothing when it goes without one. Throws when it may not go. */
async function budgetFor(call: ResourceCall, { objects }: AnswerDeps, pod: Pod): Promise<AlsoWritten[]> {
  if (goesFreely(pod)) return []
  const { cluster, namespace, name } = call.info
  const scope = { group: 'policy', resource: 'poddisruptionbudgets', cluster, namespace }
  const page = await objects.list(scope, { limit: 0, continue: '', resourceVersion: '', resourceVersionMatch: '' })
  const found = page.items.flatMap((stored) => {
    const budget = parseObject(stored)
    return isBudget(budget) && isOver(budget, pod) ? [{ stored, budget }] : []
  })
  if (found.length > 1) {
    throw plainFailure(
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    )
  }
  const [one] = found
  const key = one && parseKey(one.stored.key)
  if (!one || !key || isNoLoss(pod, one.budget)) return []
  return [{ key, from: one.stored.revision, object: spend(one.budget, name, timestamp(call.now)) }]
}

function isOver({ spec }: PodDisruptionBudget, { metadata }: Pod): boolean {
  try {
    return matchesLabels(filterOfSelector(spec?.selector as never), metadata.labels ?? {})
  } catch (error) {
    // A selector that cannot be read chooses nothing.
    if (isControlError(error)) return false
    throw error
  }
}
