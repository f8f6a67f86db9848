/**
 * The text of a topic: compact, and still a line for each request and each answer.
 *
 * What every Table of a kind says of its columns is a third of its answer and always the same, so it is written once,
 * under `columns` of the topic, and stands in the answers as `"{{columns:N}}"`.
 */
import { isObject } from '@muster/api/schema/json.ts'
import type { Json, OracleCase, OracleTopic } from './case.ts'

/** Reads a topic from its text. Throws SyntaxError for what is no JSON; of its form it trusts the recorder. */
export function parseTopic(text: string): OracleTopic {
  const { columns, ...topic }: OracleTopic & { readonly columns: readonly Json[] } = JSON.parse(text)
  const cases = topic.cases.map((oracleCase) => ({
    ...oracleCase,
    steps: oracleCase.steps.map((step) => ({
      ...step,
      response: { ...step.response, ...mapContent(step.response, (value) => widen(value, columns)) },
    })),
  }))
  return { ...topic, cases }
}

/** The text of a topic's file. */
export function formatTopic({ topic, kubernetes, cases }: OracleTopic): string {
  const columns: string[] = []
  const bodies = cases.map((oracleCase) => formatCase(oracleCase, columns)).join(',\n\n')
  const head = `{"topic":${JSON.stringify(topic)},"kubernetes":${JSON.stringify(kubernetes)},"cases":[`
  return `${head}\n\n${bodies}\n\n],"columns":[\n${columns.join(',\n')}\n]}\n`
}

function formatCase({ steps, ...head }: OracleCase, columns: string[]): string {
  const lines = steps.map(({ request, response, ...of }) => {
    const start = Object.keys(of).length > 0 ? `${JSON.stringify(of).slice(0, -1)},` : '{'
    const narrow = { ...response, ...mapContent(response, (value) => narrowed(value, columns)) }
    return `${start}"request":${JSON.stringify(request)},\n  "response":${JSON.stringify(narrow)}}`
  })
  return `${JSON.stringify(head).slice(0, -1)},"steps":[\n${lines.join(',\n')}\n]}`
}

interface Content {
  readonly body?: Json
  readonly events?: readonly Json[]
}

const mapContent = ({ body, events }: Content, map: (value: Json) => Json): Content => ({
  ...(body !== undefined && { body: map(body) }),
  ...(events !== undefined && { events: events.map((event) => mapObject(event, map)) }),
})

/** A watch wraps each Table in an event. */
const mapObject = (event: Json, map: (value: Json) => Json): Json =>
  isObject(event) && event.object !== undefined ? { ...event, object: map(event.object) } : event

function narrowed(value: Json, columns: string[]): Json {
  if (!isObject(value) || !Array.isArray(value.columnDefinitions)) return value
  const text = JSON.stringify(value.columnDefinitions)
  const known = columns.indexOf(text)
  const index = known === -1 ? columns.push(text) - 1 : known
  return { ...value, columnDefinitions: `{{columns:${index}}}` }
}

const REFERENCE = /^\{\{columns:(\d+)\}\}$/

function widen(value: Json, columns: readonly Json[]): Json {
  if (!isObject(value) || typeof value.columnDefinitions !== 'string') return value
  const [, index] = REFERENCE.exec(value.columnDefinitions) ?? []
  const definitions = index === undefined ? undefined : columns[Number(index)]
  return definitions === undefined ? value : { ...value, columnDefinitions: definitions }
}
