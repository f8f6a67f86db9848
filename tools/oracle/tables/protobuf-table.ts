/**
 * Joins what `generated.proto` and the Go source say of each message into one line of text per field:
 *
 *     <number> <name in JSON> <shape> <type> [keep]
 *
 * The shape is `value` (always on the wire), `pointer` (only when it is there), `list` or `map` (of strings to the
 * type). `keep` says that JSON shows the field even when it is empty. The name is `^` for a message whose fields stand
 * among those of its holder in JSON, and `*` for a message that is but a list in JSON.
 */
import type { GoField, GoStructs } from './go-source.ts'
import { shortName } from './packages.ts'
import type { ProtoField, ProtoMessages } from './proto-source.ts'

/** Messages by the full names of their types, each with a line per field in the order of the numbers. */
export type ProtobufTable = Readonly<Record<string, readonly string[]>>

/** A package of Go, by both of its sources. */
export interface ProtobufPackage {
  readonly messages: ProtoMessages
  readonly structs: GoStructs
}

/** The table of all messages of these packages, in byte order of their names. Throws where the two sources disagree. */
export function protobufTable(packages: readonly ProtobufPackage[]): ProtobufTable {
  const rows: [string, readonly string[]][] = []
  for (const { messages, structs } of packages) {
    for (const [type, fields] of messages) {
      if (OF_THEIR_OWN.has(shortName(type)) || type === ANOTHER_NAME) continue
      const go = structs.get(shortName(type))
      const inOrder = fields.toSorted((one, other) => one.number - other.number)
      rows.push([type, go ? inOrder.map((field) => line(field, memberOf(go, field, type))) : linesOfNone(type, fields)])
    }
  }
  return Object.fromEntries(rows.sort(([one], [other]) => (one < other ? -1 : 1)))
}

/** Declared in Go as the List of meta/v1, which has its own row. */
const ANOTHER_NAME = 'io.k8s.api.core.v1.List'

/** Types whose JSON is not that of their fields: the codec knows each of them by name. */
const OF_THEIR_OWN: ReadonlySet<string> = new Set([
  'Duration',
  'FieldsV1',
  'IntOrString',
  'JSON',
  'JSONSchemaPropsOrArray',
  'JSONSchemaPropsOrBool',
  'JSONSchemaPropsOrStringArray',
  'MicroTime',
  'Quantity',
  'QuantityValue',
  'RawExtension',
  'Time',
  'Timestamp',
  'Unknown',
])

function memberOf(go: readonly GoField[], { number }: ProtoField, type: string): GoField {
  const member = go.find((candidate) => candidate.number === number)
  if (!member) throw new TypeError(`${type} has field ${number} in protobuf and not in Go`)
  return member
}

function line({ number, label, type }: ProtoField, go: GoField): string {
  const shape =
    label === 'map' ? 'map' : label === 'repeated' ? 'list' : type === 'bytes' || go.isPointer ? 'pointer' : 'value'
  const isMessage = type.includes('.')
  // encoding/json never finds a struct empty: only omitzero leaves one out.
  const kept = !go.omitzero && !(go.omitempty && !(shape === 'value' && isMessage))
  return [number, go.json || '^', shape, type, ...(kept && go.json ? ['keep'] : [])].join(' ')
}

/** What is no struct with fields is empty, or a Go slice with a name of its own: ExtraValue, Verbs. */
function linesOfNone(type: string, fields: readonly ProtoField[]): readonly string[] {
  const [items] = fields
  if (items === undefined) return []
  if (fields.length === 1 && items.label === 'repeated') return [`${items.number} * list ${items.type} keep`]
  throw new TypeError(`${type} is a message that no struct explains`)
}
