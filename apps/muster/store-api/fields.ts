/** Unknown JSON at the door, typed behind it: every refusal names the field and what it should have been. */
import { ControlError } from '@muster/base/errors.ts'
import type { Revision } from '@muster/store/store.ts'

/** The fields of one JSON object. Each reader throws Invalid, naming the field, when it is not what was asked for. */
export interface Fields {
  has(name: string): boolean
  text(name: string): string
  /** A whole number of at least `min`. */
  count(name: string, min?: number): number
  /** A number above zero. */
  amount(name: string): number
  flag(name: string): boolean
  revision(name: string): Revision
  /** A list of revisions, in which null stands for none. */
  revisions(name: string): readonly (Revision | undefined)[]
  object(name: string): Fields
  list(name: string): readonly Fields[]
  /** Refuses fields that nobody reads: most are typing mistakes. */
  only(...names: readonly string[]): Fields
}

/** Whether a number can be a revision. */
export const isRevision = (number: number): number is Revision => Number.isSafeInteger(number) && number >= 0

/** Reads a JSON object; `path` is the name that refusals give it, empty for the body itself. */
export function fieldsOf(value: unknown, path: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(path || 'body', 'an object', value)
  const found: Readonly<Record<string, unknown>> = { ...value }
  const at = (name: string) => (path === '' ? name : `${path}.${name}`)
  const fields: Fields = {
    has: (name) => found[name] !== undefined && found[name] !== null,
    text(name) {
      const text = found[name]
      return typeof text === 'string' ? text : refuse(at(name), 'text', text)
    },
    count(name, min = 0) {
      const count = found[name]
      const fits = typeof count === 'number' && Number.isSafeInteger(count) && count >= min
      return fits ? count : refuse(at(name), `a whole number of at least ${min}`, count)
    },
    amount(name) {
      const amount = found[name]
      const fits = typeof amount === 'number' && Number.isFinite(amount) && amount > 0
      return fits ? amount : refuse(at(name), 'a number above 0', amount)
    },
    flag(name) {
      const flag = found[name]
      return typeof flag === 'boolean' ? flag : refuse(at(name), 'true or false', flag)
    },
    revision(name) {
      const revision = found[name]
      const fits = typeof revision === 'number' && isRevision(revision)
      return fits ? revision : refuse(at(name), 'a revision (a whole number)', revision)
    },
    revisions(name) {
      const list = found[name]
      if (!Array.isArray(list)) return refuse(at(name), 'a list', list)
      return list.map((item: unknown, index) => {
        if (item === null) return undefined
        const fits = typeof item === 'number' && isRevision(item)
        return fits ? item : refuse(`${at(name)}[${index}]`, 'a revision or null', item)
      })
    },
    object: (name) => fieldsOf(found[name], at(name)),
    list(name) {
      const list = found[name]
      if (!Array.isArray(list)) return refuse(at(name), 'a list', list)
      return list.map((item: unknown, index) => fieldsOf(item, `${at(name)}[${index}]`))
    },
    only(...names) {
      const stray = Object.keys(found).find((name) => !names.includes(name))
      if (stray === undefined) return fields
      throw new ControlError('Invalid', `${at(stray)}: there is no such field; there are ${names.join(', ')}`)
    },
  }
  return fields
}

/** Reads bytes as a JSON object; throws BadRequest when they are none. */
export function parseFields(bytes: Uint8Array, path = ''): Fields {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new ControlError('BadRequest', 'body: wanted JSON in UTF-8', cause)
  }
  return fieldsOf(value, path)
}

const LENGTH_SHOWN_MAX = 60

function refuse(field: string, wanted: string, found: unknown): never {
  const shown = found === undefined ? 'nothing' : JSON.stringify(found).slice(0, LENGTH_SHOWN_MAX)
  throw new ControlError('Invalid', `${field}: wanted ${wanted}, found ${shown}`)
}
