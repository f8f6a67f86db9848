/** In which order a client is told of fields that are given twice and of those that are unknown: that of its text. */
import { sayDuplicateField, walkFields } from '../json-text.ts'
import { sayUnknownField } from './decode.ts'

/**
 * What strict decoding found of a text that is valid JSON, in the order in which Go comes upon it: an unknown field where
 * it stands first, a doubled one where it stands again.
 */
export function inTextOrder(text: string, strict: readonly string[]): readonly string[] {
  const left = new Set(strict)
  const ordered: string[] = []
  walkFields(text, (path, isAgain) => {
    const said = isAgain ? sayDuplicateField(path) : sayUnknownField(path)
    if (left.delete(said)) ordered.push(said)
  })
  return [...ordered, ...left]
}
