/** The kinds of admissionregistration.k8s.io: rules for writes that clusters add. */
import type { Kind } from '../../kind.ts'
import { mutatingAdmissionPolicy } from './mutating-admission-policy.ts'
import { mutatingAdmissionPolicyBinding } from './mutating-admission-policy-binding.ts'
import { mutatingWebhookConfiguration } from './mutating-webhook-configuration.ts'
import { validatingAdmissionPolicy } from './validating-admission-policy.ts'
import { validatingAdmissionPolicyBinding } from './validating-admission-policy-binding.ts'
import { validatingWebhookConfiguration } from './validating-webhook-configuration.ts'

/** In the order of discovery. */
export const admissionregistrationKinds: readonly Kind[] = [
  mutatingAdmissionPolicy,
  mutatingAdmissionPolicyBinding,
  mutatingWebhookConfiguration,
  validatingAdmissionPolicy,
  validatingAdmissionPolicyBinding,
  validatingWebhookConfiguration,
]
