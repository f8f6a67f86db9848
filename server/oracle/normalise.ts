/**
 * Replaces what never repeats in an answer (uids, versions, times, chosen names) by placeholders, so that two servers
 * can be compared. The recorder and the replay use the same function.
 *
 *     {{uid:1}} {{version:2}} {{name:1}} {{clusterIP:1}} {{nodePort:1}}   numbered by first appearance within a case
 *     {{time}} {{age}} {{listVersion}} {{continue}} {{token}} {{hash}} …  where only the form matters
 */
import { isObject } from '@muster/api/schema/json.ts'
import { COMPARED_HEADERS, type Json, type JsonObject, type OracleResponse } from './case.ts'

/** An answer as it came over the wire. Names of headers are in lower case. */
export interface RawResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: string
}

/** Normalises the answers of one case, in order: it remembers which values it has numbered. */
export function normaliser(): (response: RawResponse) => OracleResponse {
  const names: Names = { numbered: new Map(), counts: new Map(), generated: new Map(), columns: [] }
  return ({ status, headers, body }) => {
    const contentType = String(headers['content-type'] ?? '')
    const kept = COMPARED_HEADERS.flatMap((name) => {
      const value = headers[name]
      if (value === undefined) return []
      const texts = [value].flat().map((each) => (name === 'etag' ? '{{hash}}' : normaliseText(each, names)))
      return [[name, texts.length === 1 ? texts.join() : texts] as const]
    })
    return { status, headers: Object.fromEntries(kept), ...normaliseBody(contentType, body, names) }
  }
}

/** Parses an answer's body: lines of JSON for a stream of events, undefined for what is not JSON. */
export function parseBody(contentType: string, body: string): { readonly documents: readonly Json[] } | undefined {
  if (!contentType.startsWith('application/json') && !contentType.startsWith('application/apply')) return undefined
  try {
    return { documents: [JSON.parse(body)] }
  } catch {
    return parseLines(body)
  }
}

/** Values that have been given a number, by class and value; and how many each class has. */
interface Names {
  readonly numbered: Map<string, string>
  readonly counts: Map<string, number>
  /** Names that the server made up, each with what stands for it. */
  readonly generated: Map<string, string>
  /** The columns of the Table that was met last. */
  columns: readonly Json[]
}

function parseLines(body: string): { readonly documents: readonly Json[] } | undefined {
  try {
    const lines = body.split('\n').filter((line) => line !== '')
    return { documents: lines.map((line): Json => JSON.parse(line)) }
  } catch {
    return undefined
  }
}

function normaliseBody(contentType: string, body: string, names: Names): Partial<OracleResponse> {
  const parsed = body === '' ? undefined : parseBody(contentType, body)
  if (!parsed) return body === '' ? {} : { text: normaliseText(body, names) }
  for (const document of parsed.documents) learnGeneratedNames(document, names)
  const [first] = parsed.documents
  if (parsed.documents.length > 1 || isEvent(first)) {
    return { events: parsed.documents.filter(isWorthKeeping).map((event) => normaliseValue(event, '', names)) }
  }
  return first === undefined ? {} : { body: normaliseValue(first, '', names) }
}

const isEvent = (value: Json | undefined): boolean =>
  isObject(value) && typeof value.type === 'string' && 'object' in value && Object.keys(value).length === 2

/** How many bookmarks a stream has depends on the time it takes; only the one that ends the initial events is owed. */
const isWorthKeeping = (event: Json): boolean =>
  !isObject(event) || event.type !== 'BOOKMARK' || JSON.stringify(event).includes('k8s.io/initial-events-end')

/** What Kubernetes appends to generateName: five characters of this alphabet. Source: apimachinery util/rand. */
const GENERATED_SUFFIX = /^[bcdfghjklmnpqrstvwxz2456789]{5}$/

function learnGeneratedNames(value: Json, names: Names): void {
  if (Array.isArray(value)) for (const item of value) learnGeneratedNames(item, names)
  if (!isObject(value)) return
  const { generateName, name } = value
  if (typeof generateName === 'string' && typeof name === 'string' && name.startsWith(generateName)) {
    const suffix = name.slice(generateName.length)
    if (GENERATED_SUFFIX.test(suffix) && !names.generated.has(name)) {
      names.generated.set(name, `${generateName}${numbered('name', name, names)}`)
    }
  }
  for (const key of Object.keys(value).sort()) learnGeneratedNames(value[key] ?? null, names)
}

function numbered(className: string, value: string, names: Names): string {
  const key = `${className} ${value}`
  const known = names.numbered.get(key)
  if (known) return known
  const count = (names.counts.get(className) ?? 0) + 1
  const placeholder = `{{${className}:${count}}}`
  names.counts.set(className, count)
  names.numbered.set(key, placeholder)
  return placeholder
}

function normaliseValue(value: Json, key: string, names: Names): Json {
  if (Array.isArray(value) && key === 'managedFields') return normaliseList(value.toSorted(byManager), key, names)
  if (Array.isArray(value)) return normaliseList(value, key, names)
  if (isObject(value)) return normaliseObject(value, key, names)
  if (typeof value === 'string') return normaliseString(value, key, names)
  const isPort = typeof value === 'number' && PORT_KEYS.has(key) && value > 0
  return isPort ? numbered('nodePort', String(value), names) : value
}

const normaliseList = (items: readonly Json[], key: string, names: Names): readonly Json[] =>
  items.map((item) => normaliseValue(item, key, names))

/** Kubernetes orders managers by the second of their last write, so the order depends on when a second ended. */
function byManager(one: Json, other: Json): number {
  const [first, second] = [one, other].map((entry) =>
    isObject(entry) ? [entry.operation, entry.manager, entry.subresource, entry.apiVersion].join(' ') : '',
  )
  return (first ?? '') < (second ?? '') ? -1 : 1
}

const byText = (one: Json, other: Json): number => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)

const PORT_KEYS = new Set(['nodePort', 'healthCheckNodePort'])
const ADDRESS_KEYS = new Set(['clusterIP', 'clusterIPs'])
const VERSION = /^[1-9]\d*$/

function normaliseObject(value: JsonObject, key: string, names: Names): JsonObject {
  if (value.kind === 'Table') return normaliseTable(value, names)
  const isList = 'items' in value || value.type === 'BOOKMARK'
  // In the order of the keys, so that numbers do not depend on the order in which a server writes its fields.
  const entries = Object.keys(value)
    .sort()
    .map((each) => [each, normaliseField(value, each, isList, names)] as const)
  const isVersionPage = key === '' && 'gitVersion' in value
  return Object.fromEntries(
    // Keys too: managedFields names the items of a list by their uid.
    entries.map(([each, field]) => [
      normaliseText(each, names),
      isVersionPage && OF_THE_BUILD.has(each) ? '{{build}}' : field,
    ]),
  )
}

/** What /version says of the binary rather than of Kubernetes. */
const OF_THE_BUILD = new Set(['buildDate', 'compiler', 'gitCommit', 'gitTreeState', 'goVersion', 'platform'])

function normaliseField(value: JsonObject, key: string, isList: boolean, names: Names): Json {
  const field = value[key] ?? null
  // A SelfSubjectRulesReview lists the rules of all bindings, in whichever order they are found.
  if (Array.isArray(field) && 'incomplete' in value) return normaliseList(field.toSorted(byText), key, names)
  if (!isList || !isObject(field)) return normaliseValue(field, key, names)
  if (key === 'metadata') return listMetadata(field, names)
  if (key === 'object') return normaliseValue(withoutVersion(field), key, names)
  return normaliseValue(field, key, names)
}

/** A bookmark's version is that of a list; it stands in an object, or in a Table of one. */
function withoutVersion(bookmark: JsonObject): JsonObject {
  const { metadata, rows } = bookmark
  const bare = (object: Json | undefined): Json =>
    isObject(object) && isObject(object.metadata)
      ? { ...object, metadata: { ...object.metadata, resourceVersion: '{{listVersion}}' } }
      : (object ?? null)
  if (Array.isArray(rows)) {
    return { ...bookmark, rows: rows.map((row: Json) => (isObject(row) ? { ...row, object: bare(row.object) } : row)) }
  }
  return isObject(metadata) ? { ...bookmark, metadata: { ...metadata, resourceVersion: '{{listVersion}}' } } : bookmark
}

/** A list's version is that of the whole store: it tells of other writes too. */
function listMetadata(metadata: JsonObject, names: Names): JsonObject {
  const { resourceVersion } = metadata
  const isVersion = typeof resourceVersion === 'string' && VERSION.test(resourceVersion)
  return normaliseObject(isVersion ? { ...metadata, resourceVersion: '{{listVersion}}' } : metadata, 'metadata', names)
}

/** Columns that count from now; and any column of a date. */
const AGE_COLUMNS = new Set(['Age', 'Last Seen', 'First Seen', 'Last Schedule'])
/** A length of time as tables print it: 5s, 3m20s, 2y40d. */
const AGE = /^(\d+[smhdy])+$/

function normaliseTable(table: JsonObject, names: Names): JsonObject {
  // Of a watch, only the first Table says what its columns are.
  if (Array.isArray(table.columnDefinitions)) names.columns = table.columnDefinitions
  const rows = Array.isArray(table.rows) ? table.rows : []
  const { kind, columnDefinitions, metadata, rows: _, ...rest } = table
  return {
    ...normaliseObject(rest, '', names),
    kind: kind ?? null,
    ...(columnDefinitions !== undefined && { columnDefinitions }),
    ...(isObject(metadata) && { metadata: listMetadata(metadata, names) }),
    rows: rows.map((row: Json) => {
      if (!isObject(row) || !Array.isArray(row.cells)) return row
      const { cells, ...others } = row
      return {
        ...normaliseObject(others, '', names),
        cells: cells.map((cell: Json, index: number) => normaliseCell(cell, names.columns[index], names)),
      }
    }),
  }
}

function normaliseCell(cell: Json, column: Json | undefined, names: Names): Json {
  if (typeof cell !== 'string') return cell
  const name = isObject(column) ? String(column.name) : ''
  const isDate = isObject(column) && column.type === 'date'
  // Cases set their own times long ago, so a length of time that counts in years counts from then until now.
  if (AGE.test(cell) && (isDate || AGE_COLUMNS.has(name) || cell.includes('y'))) return '{{age}}'
  if (name === 'Cluster-IP' && /^[\d.]+$/.test(cell)) return numbered('clusterIP', cell, names)
  const text =
    name === 'Port(s)' ? cell.replace(/:(\d+)\//g, (_, port) => `:${numbered('nodePort', port, names)}/`) : cell
  return normaliseText(text.replace(/\(((\d+[smhdy])+) ago\)/g, '({{age}} ago)'), names)
}

function normaliseString(value: string, key: string, names: Names): string {
  if (key === 'resourceVersion' && VERSION.test(value)) return numbered('version', value, names)
  if (key === 'continue' && value !== '') return '{{continue}}'
  if (key === 'serverAddress') return '{{address}}'
  if (ADDRESS_KEYS.has(key) && /^[\d.]+$/.test(value)) return numbered('clusterIP', value, names)
  return normaliseText(value, names)
}

/** Cases give no time of their own later than this year; what is later came from a clock. */
const LAST_YEAR_OF_CASES = 2024

/** Forms that are known by themselves wherever they stand, messages included. */
const FORMS: readonly (readonly [RegExp, (found: readonly string[], names: Names) => string])[] = [
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, () => '{{token}}'],
  [/X509SHA256=[0-9a-f]{64}/g, () => '{{certificate}}'],
  [
    /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g,
    ([uid = ''], names) => numbered('uid', uid, names),
  ],
  [
    /\b(\d{4})-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g,
    ([time = '', year]) => (Number(year) > LAST_YEAR_OF_CASES ? '{{time}}' : time),
  ],
  [/(\?|%3F)hash=[0-9A-F]+/g, () => '?hash={{hash}}'],
  // The volume of the service account's token: its name is generated, though no generateName says so.
  [/\bkube-api-access-([a-z0-9]{5})\b/g, ([name = ''], names) => `kube-api-access-${numbered('name', name, names)}`],
  [/(Too large resource version: \d+, current: )\d+/g, ([, said]) => `${said}{{listVersion}}`],
  [/(too old resource version: \d+ )\(\d+\)/g, ([, said]) => `${said}({{listVersion}})`],
  // Some messages quote the whole object.
  [
    /("resourceVersion\\?":\\?")([1-9]\d*)/g,
    ([, said, version = ''], names) => `${said}${numbered('version', version, names)}`,
  ],
  [/(resourceVersion: ")(\d+)/g, ([, said, version = ''], names) => `${said}${numbered('version', version, names)}`],
  [
    /(ResourceVersion in (?:object meta: |record \())(\d+)/g,
    ([, said, version = ''], names) => `${said}${numbered('version', version, names)}`,
  ],
]

function normaliseText(text: string, names: Names): string {
  const plain = FORMS.reduce((so, [form, say]) => so.replace(form, (...found) => say(found, names)), text)
  return [...names.generated].reduce((so, [name, placeholder]) => so.replaceAll(name, placeholder), plain)
}
