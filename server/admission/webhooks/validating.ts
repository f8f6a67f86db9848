/**
 * Webhooks that may only refuse: all are asked at once, about what will be stored. The first of them in order that
 * refuses is the answer. Source: apiserver pkg/admission/plugin/webhook/validating.
 */
import type { AdmissionStep } from '../admission.ts'
import { isExempt } from '../match-rules.ts'
import { ask } from './ask.ts'
import { type Invocation, invocationOf } from './match.ts'
import { settle } from './outcome.ts'

/** The step. */
export const validatingWebhooks: AdmissionStep = {
  name: 'ValidatingAdmissionWebhook',
  handles: () => true,
  async validate(request, context) {
    const { webhooks: access } = context
    const hooks = access?.hooks.validating() ?? []
    if (!access || hooks.length === 0 || isExempt(request)) return undefined
    const invocations: Invocation[] = []
    for (const hook of hooks) {
      const invocation = await invocationOf(hook, request, context, access)
      if (invocation) invocations.push(invocation)
    }
    const begun = context.clock.elapsed()
    const asked = await Promise.allSettled(
      invocations.map(async (invocation, index) => {
        const outcome = await ask(invocation, request, false, access, context.clock)
        settle(outcome, invocation, request, context, access, {
          type: 'validating',
          place: `round_0_index_${index}`,
          begun,
        })
      }),
    )
    for (const one of asked) if (one.status === 'rejected') throw one.reason
    return { guards: invocations.flatMap(({ guards }) => guards) }
  },
}
