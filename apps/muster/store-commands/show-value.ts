/** Values on a screen: text as text, JSON without its blanks, bytes as their count. */
import { textOf } from '../store-api/value.ts'
import { visible } from '../terminal/width.ts'

/** A value on one line, safe to print. */
export function showValue(value: Uint8Array): string {
  const text = textOf(value)
  if (text === undefined) return `<${value.length} bytes>`
  return visible(text.trimEnd())
}
