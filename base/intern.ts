/**
 * Equal values as one: what a thousand clusters hold alike takes its room once, for as long as any of them holds it.
 *
 * What is handed out is frozen through and through, so that nobody can change it for the others.
 */

/** Answers a value that is equal to the one given: the same one for all who ask for it. Plain data alone. */
export type Intern = <Value extends object>(value: Value) => Value

/** Characters of JSON that are remembered, twice: of the younger half, and of the older. Some ten thousand small values. */
export const INTERNED_LENGTH_MAX = 4 * 1024 * 1024

/**
 * An interner that knows nothing yet. What nobody has asked for in a long time is forgotten: who holds it keeps it, and
 * who asks then gets another that is equal.
 */
export function createInterner(lengthMax = INTERNED_LENGTH_MAX): Intern {
  let younger = new Map<string, object>()
  let older = new Map<string, object>()
  let length = 0
  return <Value extends object>(value: Value): Value => {
    const text = JSON.stringify(value)
    const known = younger.get(text)
    if (known) return known as Value // Of the same text, and so equal.
    const own = older.get(text) ?? freeze(value)
    if (length + text.length > lengthMax) {
      older = younger
      younger = new Map()
      length = 0
    }
    length += text.length
    younger.set(text, own)
    return own as Value // As above.
  }
}

/** The value itself, which can be changed by nobody any more, nor can what is in it. */
export function freeze<Value extends object>(value: Value): Value {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) freeze(inner)
  return Object.freeze(value)
}
