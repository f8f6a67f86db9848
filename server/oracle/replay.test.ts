import { deepEqual, equal, match } from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type OracleStep, type OracleTopic, preparation } from './case.ts'
import { findDifferences, newPairing } from './difference.ts'
import { formatTopic, parseTopic } from './fixture.ts'
import { replay, type Send } from './replay.ts'
import { report } from './report.ts'

const FIXTURES = join(import.meta.dirname, 'fixtures')
const topics = readdirSync(FIXTURES).map((file) => parseTopic(readFileSync(join(FIXTURES, file), 'utf8')))

/** Answers as was recorded, in the order of the recording; `change` may spoil an answer. */
function recordedAnswers(
  from: readonly OracleTopic[],
  change: (step: OracleStep) => OracleStep = (step) => step,
): Send {
  const queue = from.flatMap(({ cases }) =>
    cases.flatMap((oracleCase) => [...preparation(oracleCase).map(() => undefined), ...oracleCase.steps]),
  )
  return async () => {
    const step = queue.shift()
    if (!step) return { status: 201, headers: {}, body: '' }
    const { status, headers, body, events, text } = change(step).response
    const lines = (events ?? (body === undefined ? [] : [body])).map((document) => JSON.stringify(document))
    return { status, headers, body: text ?? lines.join('\n') }
  }
}

test('a server that answers as kube-apiserver did matches in every answer', async () => {
  const results = await replay(topics, recordedAnswers(topics))
  const said = report(results)
  match(said, new RegExp(`${results.length} of ${results.length} answers match$`), said.slice(-2_000))
  // The fixtures are the point of all this: what shrinks them should be noticed.
  equal(results.length > 4_000, true, `${results.length} answers`)
})

const CONFIG_MAP = topics.filter(({ topic }) => topic === 'lists')

const isSpoilt = ({ setup, response }: OracleStep): boolean =>
  !setup && JSON.stringify(response.body ?? null).includes('"continue":"{{continue}}"')

test('an answer that differs in one place is reported with that place', async () => {
  const spoil = (step: OracleStep): OracleStep =>
    isSpoilt(step) ? { ...step, response: { ...step.response, status: 299 } } : step
  const results = await replay(CONFIG_MAP, recordedAnswers(CONFIG_MAP, spoil))
  const wrong = results.filter(({ differences }) => differences.length > 0)
  const spoilt = CONFIG_MAP.flatMap(({ cases }) => cases.flatMap(({ steps }) => steps.filter(isSpoilt)))
  equal(wrong.length, spoilt.length)
  equal(wrong.length > 0, true)
  deepEqual(wrong[0]?.differences, [{ path: 'status', expected: 200, actual: 299 }])
  match(report(results), /✗ lists › [^\n]+\n {4}status\n {6}expected 200\n {6}actual {3}299/)
  match(report(results), new RegExp(`${results.length - wrong.length} of ${results.length} answers match$`))
})

const topic = (...steps: readonly OracleStep[]): readonly OracleTopic[] => [
  { topic: 't', kubernetes: 'v1', cases: [{ name: 'c', kind: 'K', steps }] },
]
const step = (more: Partial<OracleStep>): OracleStep => ({
  verb: 'get',
  request: { method: 'GET', path: '/x' },
  response: { status: 200, headers: {} },
  ...more,
})
const answers =
  (...statuses: readonly number[]): Send =>
  async () => ({ status: statuses.at(0) ?? 0, headers: {}, body: '' })

test('a set-up step may find itself done, and is not counted; when it fails it is reported', async () => {
  const setup = topic(step({ setup: true }))
  deepEqual(await replay(setup, answers(409)), [])
  const [failed] = await replay(setup, answers(500))
  deepEqual(failed?.differences, [{ path: 'status', expected: 200, actual: 500 }])
})

test('a step whose templates have no value is a mismatch, and is not sent', async () => {
  let sent = 0
  const send: Send = async () => {
    sent++
    return { status: 200, headers: {}, body: '' }
  }
  const [result] = await replay(topic(step({ request: { method: 'GET', path: '/{{none.name}}' } })), send)
  equal(sent, 0)
  equal(result?.differences[0]?.path, 'request {{none.name}}')
})

test('a warning that kube-apiserver does not give is a mismatch; another header is not', async () => {
  const headers = { warning: '299 - "odd"', allow: 'GET' }
  const [result] = await replay(topic(step({})), async () => ({ status: 200, headers, body: '' }))
  deepEqual(result?.differences, [{ path: 'headers.warning', expected: undefined, actual: '299 - "odd"' }])
})

test('pauses are left to who replays', async () => {
  const pauses: number[] = []
  await replay(topic(step({ pauseMs: 300 }), step({})), answers(200), async (lengthMs) => {
    pauses.push(lengthMs)
  })
  deepEqual(pauses, [300])
})

test('placeholders may be numbered otherwise, one to one', () => {
  const pairing = newPairing()
  deepEqual(findDifferences(['{{uid:1}}', 'is {{uid:2}}'], ['{{uid:5}}', 'is {{uid:4}}'], pairing), [])
  deepEqual(findDifferences({ 'k:{{uid:1}}': 1 }, { 'k:{{uid:5}}': 1 }, pairing), [])
  const two = [{ path: 'a', expected: '{{uid:2}}', actual: '{{uid:5}}' }]
  deepEqual(findDifferences({ a: '{{uid:2}}' }, { a: '{{uid:5}}' }, pairing), two)
  deepEqual(findDifferences({ a: '{{uid:3}}' }, { a: '{{version:1}}' }, pairing).length, 1)
  deepEqual(findDifferences({ a: '{{time}}' }, { a: 'x{{time}}' }, pairing).length, 1)
})

test('differences name the place, both ways', () => {
  const pairing = newPairing()
  deepEqual(findDifferences({ a: [{ b: 1 }, 2], gone: 0 }, { a: [{ b: 2 }], more: 0 }, pairing), [
    { path: 'a[0].b', expected: 1, actual: 2 },
    { path: 'a[1]', expected: 2, actual: undefined },
    { path: 'gone', expected: 0, actual: undefined },
    { path: 'more', expected: undefined, actual: 0 },
  ])
  deepEqual(findDifferences([], {}, pairing), [{ path: '', expected: [], actual: {} }])
  deepEqual(findDifferences(null, {}, pairing), [{ path: '', expected: null, actual: {} }])
})

test('a topic survives its text, with the columns of its tables written once', () => {
  const [lists] = CONFIG_MAP
  if (!lists) throw new Error('no topic of lists')
  const text = formatTopic(lists)
  deepEqual(parseTopic(text), lists)
  const table = JSON.stringify(lists).split('"columnDefinitions":[').length
  equal(table > 3, true)
  equal(text.includes('"columnDefinitions":['), false)
})
