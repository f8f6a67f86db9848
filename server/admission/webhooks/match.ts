/**
 * Whether a webhook is asked about a write, and in which form it sees the object: rules and selectors decide, then the
 * webhook's own conditions. Source: apiserver pkg/admission/plugin/webhook/generic/webhook.go ShouldCallHook.
 */
import { forbidden } from '@muster/api/status.ts'
import type { AdmissionContext, AdmissionRequest, ObjectGuard } from '../admission.ts'
import { matchRequest } from '../match-rules.ts'
import type { ObjectForm } from '../object-form.ts'
import type { RequestHooks } from './access.ts'
import type { Hook } from './hooks.ts'

/** A webhook that is to be asked, the form in which it sees the object, and what that rests upon. */
export interface Invocation {
  readonly hook: Hook
  readonly form: ObjectForm
  readonly guards: readonly ObjectGuard[]
}

/** What conditions of a webhook, which are in CEL, say of a write. */
export type ConditionsVerdict =
  | { readonly verdict: 'true' }
  | { readonly verdict: 'false' }
  /** None was false, and some could not be evaluated. */
  | { readonly verdict: 'failed'; readonly why: string }

/** Evaluates the matchConditions of a webhook that has some. */
export type Conditions = (
  invocation: Invocation,
  request: AdmissionRequest,
  context: AdmissionContext,
) => ConditionsVerdict | Promise<ConditionsVerdict>

/** Undefined when the webhook has nothing to say. Throws when that cannot be known. */
export async function invocationOf(
  hook: Hook,
  request: AdmissionRequest,
  context: AdmissionContext,
  { formOf, conditions }: Pick<RequestHooks, 'formOf' | 'conditions'>,
): Promise<Invocation | undefined> {
  const { rules = [], matchPolicy, namespaceSelector, objectSelector, matchConditions, failurePolicy } = hook.webhook
  const criteria = { rules, whenNoRules: 'nothing', matchPolicy, namespaceSelector, objectSelector } as const
  const match = await matchRequest(criteria, request, context.reads)
  if (!match.matches) return undefined
  const invocation = { hook, form: formOf(match.resource), guards: match.guards }
  if (!matchConditions?.length) return invocation
  const said: ConditionsVerdict = (await conditions?.(invocation, request, context)) ?? NOT_EVALUATED
  switch (said.verdict) {
    case 'true':
      return invocation
    case 'false':
      return undefined
    case 'failed':
      if (failurePolicy === 'Ignore') return undefined
      throw forbidden(request.resource, nameOf(request), said.why)
    default:
      return said satisfies never
  }
}

const NOT_EVALUATED: ConditionsVerdict = { verdict: 'failed', why: 'this server does not evaluate matchConditions' }

/** The name of what is written: at creation it may be in the object alone. */
export const nameOf = (request: AdmissionRequest): string =>
  request.name || (request.verb === 'create' ? (request.object.metadata.name ?? '') : '')
