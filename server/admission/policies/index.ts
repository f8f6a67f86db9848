/**
 * The policies of one logical cluster and their bindings, as they are told by the store's watch. What they say is compiled
 * when it is first asked: a policy that matches nothing costs its text.
 */
import {
  type CompiledMutatingPolicy,
  type CompiledPolicy,
  compileMutatingPolicy,
  compilePolicy,
} from '@muster/api/cel/admission/compile-policy.ts'
import type { KubeObject } from '@muster/api/object.ts'
import type {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '@muster/api/types/admissionregistration-v1.ts'
import { isKind } from '../../auth/reads.ts'

interface Bound<Policy, Binding, Compiled> {
  readonly policy: Policy
  readonly bindings: readonly Binding[]
  readonly compiled: () => Compiled
}

/** A policy that may refuse, with what binds it. */
export type BoundPolicy = Bound<ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding, CompiledPolicy>
/** A policy that changes objects, with what binds it. */
export type BoundMutatingPolicy = Bound<MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding, CompiledMutatingPolicy>

/** What admission asks. Policies that are bound, in the order of their names: the same list as long as nothing changes. */
export interface PolicySource {
  validating(): readonly BoundPolicy[]
  mutating(): readonly BoundMutatingPolicy[]
}

/** A source that is told. */
export interface PolicyIndex extends PolicySource {
  put(object: KubeObject): void
  remove(object: KubeObject): void
}

const API_VERSION = 'admissionregistration.k8s.io/v1'
const isPolicy = isKind<ValidatingAdmissionPolicy>(API_VERSION, 'ValidatingAdmissionPolicy')
const isBinding = isKind<ValidatingAdmissionPolicyBinding>(API_VERSION, 'ValidatingAdmissionPolicyBinding')
const isMutatingPolicy = isKind<MutatingAdmissionPolicy>(API_VERSION, 'MutatingAdmissionPolicy')
const isMutatingBinding = isKind<MutatingAdmissionPolicyBinding>(API_VERSION, 'MutatingAdmissionPolicyBinding')

/** An index that knows nothing yet. */
export function createPolicyIndex(): PolicyIndex {
  const validating = createShelf(isPolicy, isBinding, ({ spec }) => compilePolicy(spec ?? {}))
  const mutating = createShelf(isMutatingPolicy, isMutatingBinding, ({ spec }) => compileMutatingPolicy(spec ?? {}))
  return {
    validating: validating.bound,
    mutating: mutating.bound,
    put(object) {
      validating.put(object)
      mutating.put(object)
    },
    remove(object) {
      validating.remove(object)
      mutating.remove(object)
    },
  }
}

/** The policies of one kind and their bindings. */
function createShelf<
  Policy extends KubeObject,
  Binding extends KubeObject & { readonly spec?: { readonly policyName?: string } },
  Compiled,
>(
  isPolicyOf: (object: KubeObject) => object is Policy,
  isBindingOf: (object: KubeObject) => object is Binding,
  compile: (policy: Policy) => Compiled,
) {
  const policies = new Map<string, { readonly policy: Policy; compiled?: Compiled }>()
  const bindings = new Map<string, Binding>()
  let bound: readonly Bound<Policy, Binding, Compiled>[] | undefined
  const gather = (): readonly Bound<Policy, Binding, Compiled>[] => {
    const byPolicy = Map.groupBy(inOrder(bindings), ({ spec }) => spec?.policyName)
    return inOrder(policies).flatMap((known) => {
      const own = byPolicy.get(known.policy.metadata.name ?? '')
      if (!own) return []
      const compiled = (): Compiled => {
        known.compiled ??= compile(known.policy)
        return known.compiled
      }
      return [{ policy: known.policy, bindings: own, compiled }]
    })
  }
  return {
    bound() {
      bound ??= gather()
      return bound
    },
    put(object: KubeObject) {
      const { name = '' } = object.metadata
      bound = undefined
      if (isPolicyOf(object)) policies.set(name, { policy: object })
      else if (isBindingOf(object)) bindings.set(name, object)
    },
    remove(object: KubeObject) {
      const { name = '' } = object.metadata
      bound = undefined
      if (isPolicyOf(object)) policies.delete(name)
      else if (isBindingOf(object)) bindings.delete(name)
    },
  }
}

const inOrder = <Named>(all: ReadonlyMap<string, Named>): Named[] =>
  [...all].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, named]) => named)

/** A source without policies. */
export const NO_POLICIES: PolicySource = { validating: () => [], mutating: () => [] }
