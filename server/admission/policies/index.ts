/**
 * The policies of one logical cluster and their bindings, as they are told by the store's watch. What they say is compiled
 * when it is first asked: a policy that matches nothing costs its text.
 */
import { type CompiledPolicy, compilePolicy } from '@muster/api/cel/admission/compile-policy.ts'
import type { KubeObject } from '@muster/api/object.ts'
import type {
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '@muster/api/types/admissionregistration-v1.ts'
import { isKind } from '../../auth/reads.ts'

/** A policy with what binds it. */
export interface BoundPolicy {
  readonly policy: ValidatingAdmissionPolicy
  readonly bindings: readonly ValidatingAdmissionPolicyBinding[]
  readonly compiled: () => CompiledPolicy
}

/** What admission asks. */
export interface PolicySource {
  /** Policies that are bound, in the order of their names. The same list as long as nothing changes. */
  validating(): readonly BoundPolicy[]
}

/** A source that is told. */
export interface PolicyIndex extends PolicySource {
  put(object: KubeObject): void
  remove(object: KubeObject): void
}

const API_VERSION = 'admissionregistration.k8s.io/v1'
const isPolicy = isKind<ValidatingAdmissionPolicy>(API_VERSION, 'ValidatingAdmissionPolicy')
const isBinding = isKind<ValidatingAdmissionPolicyBinding>(API_VERSION, 'ValidatingAdmissionPolicyBinding')

/** An index that knows nothing yet. */
export function createPolicyIndex(): PolicyIndex {
  const policies = new Map<string, { readonly policy: ValidatingAdmissionPolicy; compiled?: CompiledPolicy }>()
  const bindings = new Map<string, ValidatingAdmissionPolicyBinding>()
  let bound: readonly BoundPolicy[] | undefined
  const gather = (): readonly BoundPolicy[] => {
    const byPolicy = Map.groupBy(inOrder(bindings), ({ spec }) => spec.policyName)
    return inOrder(policies).flatMap((known) => {
      const own = byPolicy.get(known.policy.metadata.name ?? '')
      if (!own) return []
      const compiled = (): CompiledPolicy => {
        known.compiled ??= compilePolicy(known.policy.spec ?? {})
        return known.compiled
      }
      return [{ policy: known.policy, bindings: own, compiled }]
    })
  }
  return {
    validating() {
      bound ??= gather()
      return bound
    },
    put(object) {
      const { name = '' } = object.metadata
      bound = undefined
      if (isPolicy(object)) policies.set(name, { policy: object })
      else if (isBinding(object)) bindings.set(name, object)
    },
    remove(object) {
      const { name = '' } = object.metadata
      bound = undefined
      if (isPolicy(object)) policies.delete(name)
      else if (isBinding(object)) bindings.delete(name)
    },
  }
}

const inOrder = <Named>(all: ReadonlyMap<string, Named>): Named[] =>
  [...all].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, named]) => named)

/** A source without policies. */
export const NO_POLICIES: PolicySource = { validating: () => [] }
