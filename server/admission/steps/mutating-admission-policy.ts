/**
 * Policies in CEL, which clusters write themselves, change what is written. They come before webhooks that do.
 *
 *     who is asked, of the object as it came ─► one after the other: conditions ─► mutations, each on what the last one made
 *
 * Source: apiserver pkg/admission/plugin/policy/mutating/dispatcher.go, pkg/admission/plugin/policy/generic.
 */
import { WRITE_COST_MAX } from '@muster/api/cel/compile.ts'
import { apiVersionOf, type JsonObject, type KubeObject } from '@muster/api/object.ts'
import { serviceUnavailable, statusOf } from '@muster/api/status.ts'
import type {
  MatchResources,
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
} from '@muster/api/types/admissionregistration-v1.ts'
import { ControlError } from '@muster/base/errors.ts'
import { core } from '../../auth/reads.ts'
import { type AdmissionContext, type AdmissionRequest, type AdmissionStep, refusal } from '../admission.ts'
import { type GroupVersionResource, isExempt, type Match, matchRequest, namespaceOfRequest } from '../match-rules.ts'
import { type GroupVersionKind, replaceObject } from '../object-form.ts'
import { askConditions } from '../policies/conditions.ts'
import { criteriaOf } from '../policies/criteria.ts'
import type { BoundMutatingPolicy } from '../policies/index.ts'
import { factsOf, type PolicyInput, policyInput } from '../policies/input.ts'
import { mutate } from '../policies/mutate.ts'
import { collectParams, findKind } from '../policies/params.ts'
import { withVariables } from '../policies/validate.ts'
import { changed, objectText, type Reinvocation } from '../reinvocation.ts'

const NAME = 'MutatingAdmissionPolicy'

/** The step. What is deleted, and what passes by, is not changed. */
export const mutatingAdmissionPolicy: AdmissionStep = {
  name: NAME,
  handles: (verb) => verb === 'create' || verb === 'update',
  async mutate(request, context) {
    const { reinvocation } = context
    const policies = context.policies.mutating()
    if (!reinvocation || policies.length === 0 || isExempt(request) || !('object' in request)) return undefined
    const failures: Failure[] = []
    const invocations: Invocation[] = []
    for (const bound of policies) invocations.push(...(await invocationsOf(bound, request, context, failures)))
    if (invocations.length > 0) await askAll(invocations, request, { ...context, reinvocation }, failures)
    const counted = failures.filter(({ policy }) => policy.spec?.failurePolicy !== 'Ignore')
    if (counted.length > 0) throw denial(request, counted)
    return undefined
  },
}

/** A policy that is asked under one binding with one parameter. */
interface Invocation {
  readonly bound: BoundMutatingPolicy
  readonly binding: MutatingAdmissionPolicyBinding
  readonly params: KubeObject | null
  readonly resource: GroupVersionResource
}

/** Why a policy could not do its work. */
interface Failure {
  readonly policy: MutatingAdmissionPolicy
  readonly binding: MutatingAdmissionPolicyBinding | undefined
  readonly why: string
  /** Forbidden, when nothing else is said. */
  readonly reason?: 'Invalid'
}

type Changing = Extract<AdmissionRequest, { readonly object: KubeObject }>

async function invocationsOf(
  bound: BoundMutatingPolicy,
  request: AdmissionRequest,
  context: AdmissionContext,
  failures: Failure[],
): Promise<Invocation[]> {
  const { policy, bindings } = bound
  const matchWith = (given: MatchResources | undefined, binding?: MutatingAdmissionPolicyBinding) =>
    orFailure(
      () => matchRequest(criteriaOf(given), request, context.reads),
      (why) => failures.push({ policy, binding, why: `failed to configure ${binding ? 'binding' : 'policy'}: ${why}` }),
    )
  const match = await matchWith(policy.spec?.matchConstraints)
  if (!match.matches) return []
  const found: Invocation[] = []
  for (const binding of bindings) {
    if (!(await matchWith(binding.spec?.matchResources, binding)).matches) continue
    const { paramKind } = policy.spec ?? {}
    const given = await collectParams(paramKind, binding.spec?.paramRef, namespaceOfRequest(request), context)
    if ('why' in given) failures.push({ policy, binding, why: `failed to configure binding: ${given.why}` })
    else found.push(...given.params.map((params) => ({ bound, binding, params, resource: match.resource })))
  }
  return found
}

async function orFailure(ask: () => Promise<Match>, fail: (why: string) => void): Promise<Match> {
  try {
    return await ask()
  } catch (error) {
    fail(statusOf(error).message ?? String(error))
    return { matches: false }
  }
}

async function askAll(
  invocations: readonly Invocation[],
  request: Changing,
  context: AdmissionContext & { readonly reinvocation: Reinvocation },
  failures: Failure[],
): Promise<void> {
  const { reinvocation } = context
  const memory = reinvocation.memoryOf(NAME)
  if (reinvocation.isSecond && memory.left !== objectText(request)) changed(memory)
  const namespace =
    request.namespace === '' ? undefined : await context.reads.get(core('namespaces'), '', request.namespace)
  let isDone = false
  for (const invocation of invocations) {
    const { policy, compiled } = invocation.bound
    const { conditions, variables } = compiled()
    const fail = (why: string) => failures.push({ policy, binding: invocation.binding, why, reason: 'Invalid' })
    // What a mutation made is seen by those after it: each has an input of its own.
    const input = () => inputOf(invocation, request, context, namespace)
    const asked = askConditions(conditions, withVariables(variables, input(), { left: WRITE_COST_MAX }))
    if ('why' in asked) fail(asked.why)
    if ('why' in asked || !asked.matches) continue
    const key = keyOf(invocation)
    if (reinvocation.isSecond && !memory.again.has(key)) continue
    const before = objectText(request)
    if (mutateAll(invocation, request, context, input, fail)) isDone = true
    if (before !== objectText(request)) {
      changed(memory)
      reinvocation.repeat()
    }
    if (policy.spec?.reinvocationPolicy === 'IfNeeded') memory.asked.add(key)
  }
  // As in Kubernetes, a mutation that was done counts as a change, whether it made a difference or not.
  if (isDone) {
    changed(memory)
    reinvocation.repeat()
  }
  memory.left = objectText(request)
}

const inputOf = (
  { bound, params, resource }: Invocation,
  request: AdmissionRequest,
  context: AdmissionContext,
  namespace: KubeObject | undefined,
): PolicyInput =>
  policyInput(
    { ...factsOf(request, resource, context), namespace, params },
    { params: bound.policy.spec?.paramKind !== undefined, authorizer: true },
  )

/** Does all mutations of one policy; true when one was done. */
function mutateAll(
  { bound, resource }: Invocation,
  request: Changing,
  context: AdmissionContext,
  input: () => PolicyInput,
  fail: (why: string) => void,
): boolean {
  const compiled = bound.compiled()
  const { form } = factsOf(request, resource, context)
  const served = findKind(context.resources, { apiVersion: apiVersionOf(form.kind), kind: form.kind.kind })
  let isDone = false
  for (const mutation of compiled.mutations) {
    if (!served) throw notServed(form.kind)
    const shown = form.show(request.object) as JsonObject
    const outcome = mutate(compiled, mutation, input(), shown, served.version.schema())
    if ('why' in outcome) {
      fail(outcome.why)
      continue
    }
    replaceObject(request.object, form.read(outcome.object, request.object))
    isDone = true
  }
  return isDone
}

const notServed = ({ group, version, kind }: GroupVersionKind): ControlError =>
  serviceUnavailable(
    `Resource kind ${group}/${version}, Kind=${kind} not found. There can be a delay between when CustomResourceDefinitions are created and when they are available.`,
  )

const keyOf = ({ bound, binding, params }: Invocation): string =>
  JSON.stringify([
    bound.policy.metadata.name,
    binding.metadata.name,
    params?.metadata.namespace ?? '',
    params?.metadata.name ?? '',
  ])

/** The 403 of all failures, whose message and reason are the first one's. */
function denial(request: AdmissionRequest, failures: readonly Failure[]): ControlError {
  const status = statusOf(refusal(request, ''))
  const [message = '', ...more] = failures.map(sayFailure)
  const reason = failures[0]?.reason ?? 'Forbidden'
  const causes = [message, ...more].map((said) => ({ message: said }))
  const details = { ...status.details, causes: [...(status.details?.causes ?? []), ...causes] }
  return new ControlError('Forbidden', message, undefined, { ...status, message, reason, details })
}

const sayFailure = ({ policy, binding, why }: Failure): string =>
  binding
    ? `policy '${policy.metadata.name}' with binding '${binding.metadata.name}' denied request: ${why}`
    : `policy ${JSON.stringify(policy.metadata.name)} denied request: ${why}`
