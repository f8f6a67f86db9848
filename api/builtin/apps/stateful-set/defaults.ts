/** What a stateful set is when it does not say. Source: kubernetes pkg/apis/apps/v1 SetDefaults_StatefulSet. */
import type { StatefulSet } from '../../../types/apps-v1.ts'
import { defaultPodTemplate } from '../../core/pod-spec/defaults.ts'
import { roundResources } from '../../core/resource-list.ts'

/** Fills in what is not said. */
export function defaultStatefulSet({ spec }: StatefulSet): void {
  if (!spec) return
  spec.podManagementPolicy ||= 'OrderedReady'
  spec.updateStrategy ??= {}
  const { updateStrategy } = spec
  if (!updateStrategy.type) {
    updateStrategy.type = 'RollingUpdate'
    updateStrategy.rollingUpdate ??= {}
  }
  if (updateStrategy.type === 'RollingUpdate' && updateStrategy.rollingUpdate) {
    updateStrategy.rollingUpdate.partition ??= 0
  }
  spec.persistentVolumeClaimRetentionPolicy ??= {}
  spec.persistentVolumeClaimRetentionPolicy.whenDeleted ||= 'Retain'
  spec.persistentVolumeClaimRetentionPolicy.whenScaled ||= 'Retain'
  spec.replicas ??= 1
  spec.revisionHistoryLimit ??= 10
  spec.template ??= {}
  defaultPodTemplate(spec.template)
  for (const claim of spec.volumeClaimTemplates ?? []) {
    claim.apiVersion ||= 'v1'
    claim.kind ||= 'PersistentVolumeClaim'
    claim.spec ??= {}
    claim.spec.volumeMode ??= 'Filesystem'
    roundResources(claim.spec.resources?.limits)
    roundResources(claim.spec.resources?.requests)
    claim.status ??= {}
    claim.status.phase ||= 'Pending'
    roundResources(claim.status.capacity)
  }
}
