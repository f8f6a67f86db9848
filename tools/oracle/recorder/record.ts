/** Plays drafted cases against a real kube-apiserver and keeps its answers. */

import { setTimeout as sleep } from 'node:timers/promises'
import { KUBERNETES_VERSION } from '@muster/api/kubernetes-version.ts'
import { ControlError } from '@muster/base/errors.ts'
import {
  type Json,
  type OracleCase,
  type OracleResponse,
  type OracleStep,
  type OracleTopic,
  verbOf,
} from '@muster/server/oracle/case.ts'
import { normaliser, type RawResponse } from '@muster/server/oracle/normalise.ts'
import { isSetUp, playStep, prepare, type Send } from '@muster/server/oracle/replay.ts'
import type { CaseDraft, StepDraft, TopicDraft } from './draft.ts'

/** Longer bodies (whole OpenAPI documents) are not kept: Muster has other sources for them. */
export const BODY_CHARACTERS_MAX = 120_000

/** Records a topic. Throws Invalid when a case asks for a value that no answer gave, or its set-up fails. */
export async function recordTopic({ topic, cases }: TopicDraft, send: Send): Promise<OracleTopic> {
  const recorded = []
  for (const draft of cases) recorded.push(await recordCase(draft, send))
  return { topic, kubernetes: KUBERNETES_VERSION, cases: recorded }
}

async function recordCase({ steps, ...draft }: CaseDraft, send: Send): Promise<OracleCase> {
  const { name, kind } = draft
  const answers = new Map<string, Json>()
  const refused = await prepare(draft, answers, send)
  if (refused) throw new ControlError('Invalid', `${kind} ${name}: ${JSON.stringify(refused)}`)
  const normalise = normaliser()
  const recorded: OracleStep[] = []
  for (const step of steps) {
    if (step.pauseMs) await sleep(step.pauseMs)
    const raw = await playStep(step, answers, send)
    const where = `${kind} ${name}: ${step.request.method} ${step.request.path}`
    if ('missing' in raw) throw new ControlError('Invalid', `${where}: no answer gave {{${raw.missing}}}`)
    if (step.setup && !isSetUp(raw.status)) throw new ControlError('Invalid', `${where}: ${raw.body}`)
    recorded.push(stepOf(step, raw, step.setup && !step.name ? { status: raw.status, headers: {} } : normalise(raw)))
  }
  return { ...draft, steps: recorded }
}

function stepOf({ name, setup, pauseMs, request }: StepDraft, raw: RawResponse, response: OracleResponse): OracleStep {
  return {
    ...(name && { name }),
    verb: verbOf(request),
    ...(setup && { setup }),
    ...(pauseMs && { pauseMs }),
    request,
    response: keptResponse(raw, response),
  }
}

/** The response as it is kept: without its body when that is too long, or no text at all. */
export function keptResponse(
  { body, headers }: RawResponse,
  response: OracleResponse,
  charactersMax = BODY_CHARACTERS_MAX,
): OracleResponse {
  const isText = !String(headers['content-type'] ?? '').includes('protobuf')
  if (isText && body.length <= charactersMax) return response
  return { status: response.status, headers: response.headers, omitted: true }
}
