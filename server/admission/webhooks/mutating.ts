/**
 * Webhooks that may change what is written: one after the other, each sees what those before it made of the object.
 * Source: apiserver pkg/admission/plugin/webhook/mutating.
 */
import type { Json } from '@muster/api/object.ts'
import { applyJsonPatch, readJsonPatch, whyNotPatched } from '@muster/api/patch/json-patch.ts'
import { sameMeaning } from '@muster/api/same-meaning.ts'
import { isObject } from '@muster/api/schema/json.ts'
import { internal } from '@muster/api/status.ts'
import { ControlError, isControlError } from '@muster/base/errors.ts'
import type { AdmissionContext, AdmissionRequest, AdmissionStep } from '../admission.ts'
import { isExempt } from '../match-rules.ts'
import { replaceObject } from '../object-form.ts'
import { changed, objectText } from '../reinvocation.ts'
import type { RequestHooks } from './access.ts'
import { JSON_PATCH } from './answer.ts'
import { ask } from './ask.ts'
import { type Invocation, invocationOf } from './match.ts'
import { note, settle } from './outcome.ts'

const NAME = 'MutatingAdmissionWebhook'

/** The step. */
export const mutatingWebhooks: AdmissionStep = {
  name: NAME,
  handles: () => true,
  async mutate(request, context) {
    const { webhooks: access, reinvocation } = context
    const hooks = access?.hooks.mutating() ?? []
    if (!access || !reinvocation || hooks.length === 0 || isExempt(request)) return undefined
    const memory = reinvocation.memoryOf(NAME)
    if (reinvocation.isSecond && memory.left !== objectText(request)) changed(memory)
    const round = reinvocation.isSecond ? 1 : 0
    for (const [index, hook] of hooks.entries()) {
      const invocation = await invocationOf(hook, request, context, access)
      if (!invocation || (reinvocation.isSecond && !memory.again.has(hook.id))) continue
      if (await askOne(invocation, request, context, access, `round_${round}_index_${index}`)) {
        changed(memory)
        reinvocation.repeat()
      }
      if (hook.webhook.reinvocationPolicy === 'IfNeeded') memory.asked.add(hook.id)
    }
    memory.left = objectText(request)
    return undefined
  },
}

/** Asks one, and does what it says; true when the object is another one now. */
async function askOne(
  invocation: Invocation,
  request: AdmissionRequest,
  context: AdmissionContext,
  access: RequestHooks,
  place: string,
): Promise<boolean> {
  const { hook } = invocation
  const said = { configuration: hook.configuration, webhook: hook.webhook.name }
  const begun = context.clock.elapsed()
  let isChanged = false
  try {
    const outcome = await ask(invocation, request, true, access, context.clock)
    const patch = outcome.outcome === 'allowed' ? readPatch(outcome.answer) : undefined
    const settled = patch instanceof ControlError ? ({ outcome: 'failed', why: patch.message } as const) : outcome
    settle(settled, invocation, request, context, access, { type: 'admit', place, begun })
    if (!patch || patch instanceof ControlError) return false
    isChanged = apply(patch, invocation, request)
    const told = { ...said, patch, patchType: JSON_PATCH }
    note(context, `patch.webhook.admission.k8s.io/${place}`, JSON.stringify(told), 'Request')
    return isChanged
  } finally {
    note(context, `mutation.webhook.admission.k8s.io/${place}`, JSON.stringify({ ...said, mutated: isChanged }))
  }
}

/** The operations of a patch; undefined where there are none, and an error that says why where they cannot be read. */
function readPatch({ patch, patchType }: { patch: string; patchType: string }): Json[] | ControlError | undefined {
  if (patch === '') return undefined
  let operations: Json
  try {
    operations = JSON.parse(patch)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    return new ControlError('BadRequest', `received undecodable patch in webhook response: ${why}`, cause)
  }
  if (operations === null) return undefined
  if (!Array.isArray(operations)) {
    return new ControlError('BadRequest', 'received undecodable patch in webhook response: it is no list of operations')
  }
  if (operations.length === 0) return undefined
  if (patchType === JSON_PATCH) return operations
  return new ControlError('BadRequest', `unsupported patch type ${JSON.stringify(patchType)}`)
}

/** Changes the object of the request; true when that makes a difference. Throws Internal when it cannot be done. */
function apply(operations: Json[], { hook, form }: Invocation, request: AdmissionRequest): boolean {
  if (!('object' in request) || request.verb === 'connect') {
    const why = `admission webhook ${JSON.stringify(hook.webhook.name)} attempted to modify the object, which is not supported for this operation`
    throw internal(why)
  }
  const { object } = request
  const before = structuredClone(form.show(object))
  try {
    const patched = applyJsonPatch(before as never, readJsonPatch(operations))
    if (!isObject(patched)) throw internal('the patch does not leave an object')
    const next = form.read(patched, object)
    replaceObject(object, next)
    return !sameMeaning(before, form.show(object))
  } catch (error) {
    if (!isControlError(error)) throw error
    throw internal(whyNotPatched(error), error)
  }
}
