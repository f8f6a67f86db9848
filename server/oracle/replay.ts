/** Asks a server what kube-apiserver was asked, and says where its answers differ. */
import {
  type Json,
  type OracleCase,
  type OracleResponse,
  type OracleStep,
  type OracleTopic,
  preparation,
} from './case.ts'
import { type Difference, findDifferences, newPairing, type Pairing } from './difference.ts'
import { normaliser, parseBody, type RawResponse } from './normalise.ts'
import { type FilledRequest, fillRequest } from './template.ts'

/** Asks the server under test. A watch is answered when its `timeoutSeconds` are over and its stream has ended. */
export type Send = (request: FilledRequest) => Promise<RawResponse>

/** How one step went. Steps that set up are reported only when they fail. */
export interface StepResult {
  readonly topic: string
  readonly caseName: string
  readonly kind: string
  readonly verb: string
  /** From 1, set-up steps included; 0 for what makes the case's namespace. */
  readonly stepNumber: number
  readonly request: string
  /** Empty when the answer is that of kube-apiserver. */
  readonly differences: readonly Difference[]
}

/** Waits as long as kube-apiserver was left alone; a server that notices its own writes at once needs no pauses. */
export type Pause = (lengthMs: number) => Promise<void>

const noPause: Pause = async () => {}

/** Replays topics, case after case, each against whatever the server then holds. */
export async function replay(
  topics: readonly OracleTopic[],
  send: Send,
  pause: Pause = noPause,
): Promise<readonly StepResult[]> {
  const results: StepResult[] = []
  for (const { topic, cases } of topics) {
    for (const oracleCase of cases) results.push(...(await replayCase(topic, oracleCase, send, pause)))
  }
  return results
}

/** Replays one case. A step whose templates find no value in the answers before it fails without being sent. */
export async function replayCase(
  topic: string,
  oracleCase: OracleCase,
  send: Send,
  pause: Pause = noPause,
): Promise<readonly StepResult[]> {
  const { name: caseName, kind } = oracleCase
  const answers = new Map<string, Json>()
  const failed = await prepare(oracleCase, answers, send)
  if (failed) return [{ topic, caseName, kind, verb: 'prepare', stepNumber: 0, ...failed }]
  const normalise = normaliser()
  const pairing = newPairing()
  const results: StepResult[] = []
  for (const [index, step] of oracleCase.steps.entries()) {
    if (step.pauseMs !== undefined) await pause(step.pauseMs)
    const outcome = await playStep(step, answers, send)
    const differences = 'missing' in outcome ? [unfilled(outcome.missing)] : judge(step, outcome, normalise, pairing)
    if (step.setup && differences.length === 0) continue
    const request = `${step.request.method} ${step.request.path}`
    results.push({ topic, caseName, kind, verb: step.verb, stepNumber: index + 1, request, differences })
  }
  return results
}

/** Makes the case's namespace and puts its bodies where templates find them; says what the server refused. */
export async function prepare(
  oracleCase: Pick<OracleCase, 'namespace' | 'bodies'>,
  answers: Map<string, Json>,
  send: Send,
): Promise<Pick<StepResult, 'request' | 'differences'> | undefined> {
  for (const [name, body] of Object.entries(oracleCase.bodies ?? {})) answers.set(name, body)
  for (const request of preparation(oracleCase)) {
    const outcome = await playStep({ request }, answers, send)
    if (!('missing' in outcome) && isSetUp(outcome.status)) continue
    const actual = 'missing' in outcome ? undefined : outcome.body
    return {
      request: `${request.method} ${request.path}`,
      differences: [{ path: 'body', expected: 'success', actual }],
    }
  }
  return undefined
}

/** Sends one step and keeps its answer under the step's name. The recorder plays steps in the same way. */
export async function playStep(
  { name, request }: Pick<OracleStep, 'name' | 'request'>,
  answers: Map<string, Json>,
  send: Send,
): Promise<RawResponse | { readonly missing: string }> {
  const filled = fillRequest(request, answers)
  if ('missing' in filled) return filled
  const response = await send(filled)
  const [document] = parseBody(String(response.headers['content-type'] ?? ''), response.body)?.documents ?? []
  if (name !== undefined && document !== undefined) answers.set(name, document)
  return response
}

/** What a step that sets up may answer: done, or found done. */
export const isSetUp = (status: number): boolean => (status >= 200 && status < 300) || status === 409

const unfilled = (template: string): Difference => ({
  path: `request {{${template}}}`,
  expected: 'a value in an earlier answer',
  actual: undefined,
})

function judge(
  { setup, response }: OracleStep,
  raw: RawResponse,
  normalise: ReturnType<typeof normaliser>,
  pairing: Pairing,
): readonly Difference[] {
  if (setup) return isSetUp(raw.status) ? [] : [{ path: 'status', expected: response.status, actual: raw.status }]
  const actual = normalise(raw)
  const headers = headersToCompare(response)
  return findDifferences(
    { status: response.status, headers: pick(response, headers), ...contentOf(response, response) },
    { status: actual.status, headers: pick(actual, headers), ...contentOf(actual, response) },
    pairing,
  )
}

/** Warnings count even when kube-apiserver gave none; the rest only where it gave some. */
const headersToCompare = ({ headers }: OracleResponse): readonly string[] => [...Object.keys(headers), 'warning']

function pick({ headers }: OracleResponse, names: readonly string[]): Record<string, Json> {
  return Object.fromEntries(names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])))
}

function contentOf(response: OracleResponse, recorded: OracleResponse): Record<string, Json> {
  if (recorded.omitted) return {}
  const { body, events, text } = response
  return {
    ...(body !== undefined && { body }),
    ...(events !== undefined && { events }),
    ...(text !== undefined && { text }),
  }
}
