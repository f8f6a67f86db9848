/** What the server itself says of a pod. Source: kubernetes pkg/registry/core/pod/strategy.go. */
import type { RuleContext } from '../../../kind.ts'
import type { Pod, PodCondition } from '../../../types/core-v1.ts'
import { alignServiceAccount } from '../pod-spec/defaults.ts'
import { dropDisabled } from '../pod-spec/disabled.ts'
import { alignAppArmor } from './app-armor.ts'
import { applyLabelKeys } from './label-keys.ts'
import { qualityOf } from './quality.ts'

/** A new pod waits. */
export function preparePodForCreate(pod: Pod, { now }: RuleContext): void {
  const { spec } = pod
  if (!spec) return
  alignServiceAccount(spec)
  pod.status = { phase: 'Pending', qosClass: qualityOf(spec) }
  dropDisabled(spec)
  if (spec.schedulingGates?.length) pod.status.conditions = [{ ...GATED, lastTransitionTime: now }]
  applyLabelKeys(pod)
  alignAppArmor(pod)
}

const GATED: PodCondition = {
  type: 'PodScheduled',
  status: 'False',
  reason: 'SchedulingGated',
  message: 'Scheduling is blocked due to non-empty scheduling gates',
}

/** A pod that is written again. */
export function preparePodForUpdate(pod: Pod, old: Pod, { subresource }: RuleContext): void {
  if (subresource === 'status') prepareStatus(pod, old)
  else if (pod.spec) {
    alignServiceAccount(pod.spec)
    dropDisabled(pod.spec)
  }
}

/** What a status does not say, it says as before: its quality, and which generation was observed. */
function prepareStatus(pod: Pod, old: Pod): void {
  if (old.metadata.ownerReferences) pod.metadata.ownerReferences = old.metadata.ownerReferences
  else delete pod.metadata.ownerReferences
  pod.status ??= {}
  const { status } = pod
  const before = old.status ?? {}
  if (before.qosClass) status.qosClass ||= before.qosClass
  if (before.observedGeneration) status.observedGeneration ||= before.observedGeneration
  const generations = Map.groupBy(before.conditions ?? [], ({ type }) => type)
  for (const condition of status.conditions ?? []) {
    const observed = generations.get(condition.type)?.shift()?.observedGeneration
    if (observed) condition.observedGeneration ||= observed
  }
}
