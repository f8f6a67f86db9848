/**
 * Choosing objects by their fields: `metadata.name=a,spec.nodeName!=b`. Each kind says which fields it knows.
 * Source: apimachinery pkg/fields/selector.go, runtime/conversion.go.
 */
import { goQuote } from '../go-text.ts'
import { badRequest } from '../status.ts'

/** One thing that must hold. A field that is not there has the empty value. */
export interface FieldRequirement {
  readonly field: string
  readonly operator: '=' | '!='
  readonly value: string
}

/** All requirements together; none choose everything. */
export type FieldFilter = readonly FieldRequirement[]

/**
 * The filter of a text. A backslash before `\`, `,` or `=` makes it part of the value; `=` alone asks for nothing.
 * Throws BadRequest.
 */
export function parseFields(text: string): FieldFilter {
  const filter: FieldRequirement[] = []
  for (const term of splitTerms(text).toSorted()) {
    if (term === '') continue
    const { 0: operator, index: at } = /!=|==|=/.exec(term) ?? { index: 0 }
    if (operator === undefined) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`)
    const field = term.slice(0, at)
    const value = unescapeValue(term.slice(at + operator.length))
    if (field !== '' || value !== '') filter.push({ field, operator: operator === '!=' ? '!=' : '=', value })
  }
  return filter
}

/** The filter as a text that is read as the same filter. */
export const formatFields = (filter: FieldFilter): string =>
  filter.map(({ field, operator, value }) => `${field}${operator}${value.replace(/[\\,=]/g, '\\$&')}`).join(',')

/** True when every requirement holds. `read` answers the empty text for a field that is not there. */
export const matchesFields = (filter: FieldFilter, read: (field: string) => string): boolean =>
  filter.every(({ field, operator, value }) => (read(field) === value) === (operator === '='))

/** The one value that a field must have to be chosen. For an index, and for `metadata.name` in a list. */
export const exactField = (filter: FieldFilter, field: string): string | undefined =>
  filter.find((requirement) => requirement.field === field && requirement.operator === '=')?.value

/** Which fields a kind knows, and how it refuses others: kinds that name their own fields say it otherwise. */
export interface KnownFields {
  readonly fields: readonly string[]
  readonly says: 'not a known field' | 'not supported'
}

/** The fields that every object has, for a kind that names no others. */
export const METADATA_FIELDS: KnownFields = {
  fields: ['metadata.name', 'metadata.namespace'],
  says: 'not a known field',
}

/** Throws BadRequest for a field that the kind does not know. */
export function refuseUnknownFields(filter: FieldFilter, { fields, says }: KnownFields): void {
  for (const { field } of filter) {
    if (fields.includes(field)) continue
    if (says === 'not supported') throw badRequest(`field label not supported: ${field}`)
    throw badRequest(`${goQuote(field)} is not a known field selector: only ${fields.map(goQuote).join(', ')}`)
  }
}

function splitTerms(text: string): readonly string[] {
  const terms: string[] = []
  let start = 0
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === ',') {
      terms.push(text.slice(start, at))
      start = at + 1
    }
  }
  return [...terms, text.slice(start)]
}

function unescapeValue(escaped: string): string {
  let value = ''
  let isEscaped = false
  for (const character of escaped) {
    const isSpecial = ['\\', ',', '='].includes(character)
    if (isEscaped && !isSpecial) throw badRequest(`${INVALID} invalid escape sequence: \\${character}`)
    if (!isEscaped && isSpecial && character !== '\\') {
      throw badRequest(`${INVALID} unescaped character in value: ${character.codePointAt(0)}`)
    }
    isEscaped = !isEscaped && character === '\\'
    if (!isEscaped) value += character
  }
  if (isEscaped) throw badRequest(`${INVALID} invalid escape sequence: \\`)
  return value
}

const INVALID = 'invalid field selector:'
