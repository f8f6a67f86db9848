/**
 * Policies in CEL, which clusters write themselves, are asked whether a write may be.
 *
 *     a policy's constraints ─► a binding's ─► its parameters ─► conditions ─► validations ─► Deny, Warn, Audit
 *
 * Source: apiserver pkg/admission/plugin/policy/validating/dispatcher.go.
 */
import { isStatus, statusOf } from '@muster/api/status.ts'
import type {
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '@muster/api/types/admissionregistration-v1.ts'
import { ControlError, type ErrorCode } from '@muster/base/errors.ts'
import { core } from '../../auth/reads.ts'
import {
  type AdmissionContext,
  type AdmissionRequest,
  type AdmissionStep,
  type ObjectGuard,
  refusal,
  type ValidateEffects,
} from '../admission.ts'
import { isExempt, type Match, matchRequest, namespaceOfRequest } from '../match-rules.ts'
import { criteriaOf } from '../policies/criteria.ts'
import type { BoundPolicy } from '../policies/index.ts'
import { factsOf, policyInput } from '../policies/input.ts'
import { collectParams } from '../policies/params.ts'
import { askPolicy, type Denial, type PolicyVerdict } from '../policies/validate.ts'

/** The step. */
export const validatingAdmissionPolicy: AdmissionStep = {
  name: 'ValidatingAdmissionPolicy',
  handles: () => true,
  validate(request, context) {
    const policies = context.policies.validating()
    return policies.length === 0 || isExempt(request) ? undefined : askAll(policies, request, context)
  },
}

/** What was found so far. */
interface Findings {
  readonly denied: { readonly said: string; readonly reason: string | undefined }[]
  readonly warnings: string[]
  readonly guards: ObjectGuard[]
  readonly annotations: Map<string, Set<string>>
}

async function askAll(
  policies: readonly BoundPolicy[],
  request: AdmissionRequest,
  context: AdmissionContext,
): Promise<ValidateEffects> {
  const findings: Findings = { denied: [], warnings: [], guards: [], annotations: new Map() }
  for (const bound of policies) await askOne(bound, request, context, findings)
  for (const [key, values] of findings.annotations) context.notes?.annotate(key, [...values].join(', '))
  const [first] = findings.denied
  if (first) {
    for (const warning of findings.warnings) context.notes?.warn(warning)
    throw denial(request, first.said, first.reason ?? 'Invalid')
  }
  return { warnings: findings.warnings, guards: findings.guards }
}

async function askOne(
  bound: BoundPolicy,
  request: AdmissionRequest,
  context: AdmissionContext,
  findings: Findings,
): Promise<void> {
  const { policy, bindings } = bound
  const match = await orFailure(() => matchRequest(criteriaOf(policy.spec?.matchConstraints), request, context.reads))
  if ('why' in match) {
    configurationFailed(policy, undefined, match.why, findings)
    return
  }
  if (!match.matches) return
  findings.guards.push(...match.guards)
  for (const binding of bindings) {
    const own = await orFailure(() => matchRequest(criteriaOf(binding.spec.matchResources), request, context.reads))
    if ('why' in own) configurationFailed(policy, binding, own.why, findings)
    else if (own.matches) {
      findings.guards.push(...own.guards)
      await askBinding(bound, binding, match, { request, context, findings })
    }
  }
}

async function askBinding(
  { policy, compiled }: BoundPolicy,
  binding: ValidatingAdmissionPolicyBinding,
  match: Extract<Match, { matches: true }>,
  { request, context, findings }: { request: AdmissionRequest; context: AdmissionContext; findings: Findings },
): Promise<void> {
  const { paramKind } = policy.spec ?? {}
  const found = await collectParams(paramKind, binding.spec.paramRef, namespaceOfRequest(request), context)
  if ('why' in found) {
    configurationFailed(policy, binding, found.why, findings)
    return
  }
  findings.guards.push(...found.guards)
  const namespace =
    request.namespace === '' ? undefined : await context.reads.get(core('namespaces'), '', request.namespace)
  const facts = { ...factsOf(request, match.resource, context), namespace }
  for (const params of found.params) {
    const input = policyInput({ ...facts, params }, { params: paramKind !== undefined, authorizer: true })
    note(policy, binding, askPolicy(compiled(), input, ignoresFailures(policy)), findings)
  }
}

/** Does what the binding says about denials, and keeps what is for the audit log. */
function note(
  policy: ValidatingAdmissionPolicy,
  binding: ValidatingAdmissionPolicyBinding,
  verdict: PolicyVerdict,
  findings: Findings,
): void {
  const said = sayNames(policy, binding)
  for (const denial of verdict.denials) {
    for (const action of binding.spec.validationActions) {
      if (action === 'Deny')
        findings.denied.push({ said: `${said} denied request: ${denial.message}`, reason: denial.reason })
      else if (action === 'Warn') findings.warnings.push(`Validation failed for ${said}: ${denial.message}`)
      else if (action === 'Audit') annotate(findings, FAILURE_KEY, failureValue(policy, binding, denial))
    }
  }
  for (const why of verdict.failures)
    findings.denied.push({ said: `${said} denied request: ${why}`, reason: undefined })
  for (const { key, value } of verdict.annotations) {
    annotate(findings, `${policy.metadata.name}/${key}`, value.slice(0, ANNOTATION_LENGTH_MAX))
  }
}

/** Source: apiserver dispatcher.go maxAuditAnnotationValueLength. */
const ANNOTATION_LENGTH_MAX = 10 * 1024
const FAILURE_KEY = 'validation.policy.admission.k8s.io/validation_failure'

const failureValue = (
  { metadata }: ValidatingAdmissionPolicy,
  binding: ValidatingAdmissionPolicyBinding,
  { message, at }: Denial,
): string =>
  JSON.stringify([
    {
      message,
      policy: metadata.name,
      binding: binding.metadata.name,
      expressionIndex: at,
      validationActions: binding.spec.validationActions,
    },
  ])

function annotate({ annotations }: Findings, key: string, value: string): void {
  annotations.set(key, (annotations.get(key) ?? new Set()).add(value))
}

const sayNames = (policy: ValidatingAdmissionPolicy, binding: ValidatingAdmissionPolicyBinding | undefined): string =>
  `ValidatingAdmissionPolicy '${policy.metadata.name}'${binding ? ` with binding '${binding.metadata.name}'` : ''}`

const ignoresFailures = ({ spec }: ValidatingAdmissionPolicy): boolean => spec?.failurePolicy === 'Ignore'

function configurationFailed(
  policy: ValidatingAdmissionPolicy,
  binding: ValidatingAdmissionPolicyBinding | undefined,
  why: string,
  findings: Findings,
): void {
  if (ignoresFailures(policy)) return
  const what = `failed to configure ${binding ? 'binding' : 'policy'}: ${why}`
  findings.denied.push({ said: `${sayNames(policy, binding)} denied request: ${what}`, reason: undefined })
}

async function orFailure(ask: () => Promise<Match>): Promise<Match | { readonly why: string }> {
  try {
    return await ask()
  } catch (error) {
    return { why: statusOf(error).message ?? String(error) }
  }
}

/** Status codes of the reasons that a policy may give. Source: apiserver policy_decision.go reasonToCode. */
const CODES: Readonly<Record<string, readonly [number, ErrorCode]>> = {
  Forbidden: [403, 'Forbidden'],
  Unauthorized: [401, 'Unauthorized'],
  RequestEntityTooLarge: [413, 'TooLarge'],
  Invalid: [422, 'Invalid'],
}

function denial(request: AdmissionRequest, said: string, reason: string): ControlError {
  const error = refusal(request, said)
  const status = isStatus(error.details) ? error.details : statusOf(error)
  const [code, errorCode] = (Object.hasOwn(CODES, reason) ? CODES[reason] : undefined) ?? [422, 'Invalid' as const]
  const causes = [...(status.details?.causes ?? []), { message: said }]
  return new ControlError(errorCode, error.message, undefined, {
    ...status,
    reason,
    code,
    details: { ...status.details, causes },
  })
}
