/**
 * The steps of every write, in Kubernetes' order: what is on by default in kube-apiserver v1.36.1, as far as it is built.
 * A step that comes later has its place marked by its name here. Source: kubernetes pkg/kubeapiserver/options/plugins.go.
 */
import type { AdmissionStep } from './admission.ts'
import { nodeRestriction } from './nodes/restriction.ts'
import { certificateApproval, certificateSigning, certificateSubjectRestriction } from './steps/certificates.ts'
import { defaultIngressClass, defaultStorageClass } from './steps/default-class.ts'
import { defaultTolerationSeconds } from './steps/default-toleration-seconds.ts'
import { limitRanger } from './steps/limit-ranger.ts'
import { mutatingAdmissionPolicy } from './steps/mutating-admission-policy.ts'
import { namespaceLifecycle } from './steps/namespace-lifecycle.ts'
import { persistentVolumeClaimResize } from './steps/persistent-volume-claim-resize.ts'
import { podResizeValidator } from './steps/pod-resize-validator.ts'
import { podSecurity } from './steps/pod-security.ts'
import { podTopologyLabels } from './steps/pod-topology-labels.ts'
import { priority } from './steps/priority.ts'
import { runtimeClass } from './steps/runtime-class.ts'
import { serviceAccount } from './steps/service-account.ts'
import { storageObjectInUseProtection } from './steps/storage-object-in-use-protection.ts'
import { taintNodesByCondition } from './steps/taint-nodes-by-condition.ts'
import { validatingAdmissionPolicy } from './steps/validating-admission-policy.ts'
import { mutatingWebhooks } from './webhooks/mutating.ts'
import { validatingWebhooks } from './webhooks/validating.ts'

/** All of them; a server may add its own behind them. */
export const ADMISSION_STEPS: readonly AdmissionStep[] = [
  namespaceLifecycle,
  limitRanger,
  serviceAccount,
  nodeRestriction,
  taintNodesByCondition,
  podSecurity,
  priority,
  defaultTolerationSeconds,
  defaultStorageClass,
  storageObjectInUseProtection,
  // OwnerReferencesPermissionEnforcement is off by default; whoever wants it adds it here.
  persistentVolumeClaimResize,
  runtimeClass,
  certificateApproval,
  certificateSigning,
  certificateSubjectRestriction,
  defaultIngressClass,
  podTopologyLabels,
  podResizeValidator,
  mutatingAdmissionPolicy,
  mutatingWebhooks,
  validatingAdmissionPolicy,
  validatingWebhooks,
  // ResourceQuota comes last of all, with the commit that it is counted in: server/quota/accounts.ts.
]
