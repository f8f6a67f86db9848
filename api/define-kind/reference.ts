/** The reference of declared kinds, in Markdown: what was written down with a kind, as a page to read. */
import type { Kind } from '../kind.ts'
import type { Schema } from '../schema/schema.ts'
import type { CustomResourceDefinition } from '../types/apiextensions-v1.ts'

/** What the page needs of a kind. */
export interface DocumentedKind extends Kind {
  readonly description: string
  readonly definition: CustomResourceDefinition
}

/** A section for each kind, in the order given: what it is for, how it is named, its fields and its columns. */
export const referenceOf = (kinds: readonly DocumentedKind[]): string => kinds.map(sectionOf).join('\n')

function sectionOf(kind: DocumentedKind): string {
  const version = kind.versions[0]
  const { spec, status } = version?.schema().root.properties ?? {}
  const columns = kind.definition.spec.versions[0]?.additionalPrinterColumns ?? []
  return [
    `## ${kind.kind}`,
    '',
    kind.description,
    '',
    ...namesOf(kind),
    '',
    ...fieldsOf('spec', spec),
    ...fieldsOf('status', status),
    ...(columns.length > 0
      ? [
          '### Columns',
          '',
          ...table(
            ['column', 'from', 'description'],
            columns.map(({ name, jsonPath, description = '' }) => [name, code(jsonPath), description]),
          ),
          '',
        ]
      : []),
  ].join('\n')
}

function namesOf({ group, versions, plural, singular, shortNames, categories, scope }: Kind): readonly string[] {
  const list = (words: readonly string[]): string => words.map(code).join(', ')
  return table(
    ['', ''],
    [
      ['apiVersion', versions.map(({ name }) => code(`${group}/${name}`)).join(', ')],
      ['names', list([plural, singular, ...shortNames])],
      ...(categories.length > 0 ? [['categories', list(categories)]] : []),
      ['scope', scope],
    ],
  )
}

function fieldsOf(name: string, schema: Schema | undefined): readonly string[] {
  if (!schema) return []
  const rows = rowsOf(schema, name)
  if (rows.length === 0) return []
  return [`### ${name}`, '', ...table(['field', 'type', 'default', 'description'], rows), '']
}

/** A row for each field, and below it those of the objects in it. */
function rowsOf(schema: Schema, path: string): readonly (readonly string[])[] {
  const required = new Set(schema.required)
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const place = `${path}.${name}`
    const isRequired = required.has(name) && field.default === undefined
    const byDefault = field.default === undefined ? (isRequired ? 'required' : '') : code(JSON.stringify(field.default))
    const [below, at] = belowOf(field, place)
    return [[code(place), typeOf(field), byDefault, describe(field)], ...(below ? rowsOf(below, at) : [])]
  })
}

function belowOf(field: Schema, place: string): readonly [Schema | undefined, string] {
  if (field.type === 'array') return [field.items, `${place}[]`]
  if (typeof field.additionalProperties === 'object') return [field.additionalProperties, `${place}[*]`]
  return [field, place]
}

function typeOf(field: Schema): string {
  if (field['x-kubernetes-int-or-string']) return 'integer or string'
  if (field.type === 'array') return `list of ${field.items ? typeOf(field.items) : 'anything'}`
  if (typeof field.additionalProperties === 'object') return `map of ${typeOf(field.additionalProperties)}`
  return field.type ?? 'anything'
}

/** What it is for, and what is allowed of it. */
function describe(field: Schema): string {
  const { enum: words, minimum, maximum, minLength, maxLength, pattern, minItems, maxItems, nullable } = field
  const limits = [
    words && `one of ${words.map((word) => code(JSON.stringify(word))).join(', ')}`,
    minimum !== undefined && `${field.exclusiveMinimum ? 'above' : 'at least'} ${minimum}`,
    maximum !== undefined && `${field.exclusiveMaximum ? 'below' : 'at most'} ${maximum}`,
    minLength !== undefined && `at least ${count(minLength, 'character')}`,
    maxLength !== undefined && `at most ${count(maxLength, 'character')}`,
    pattern && `matches ${code(pattern)}`,
    minItems !== undefined && `at least ${count(minItems, 'item')}`,
    maxItems !== undefined && `at most ${count(maxItems, 'item')}`,
    nullable && 'may be null',
  ].filter((limit) => typeof limit === 'string')
  const said = limits.join('; ')
  return [field.description ?? '', said && `${said.charAt(0).toUpperCase()}${said.slice(1)}.`].filter(Boolean).join(' ')
}

const count = (many: number, what: string): string => `${many} ${what}${many === 1 ? '' : 's'}`

const code = (text: string): string => `\`${text}\``

const table = (head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] => [
  line(head),
  line(head.map(() => '---')),
  ...rows.map(line),
]

const line = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
