/** The keywords of texts. The first that fails is the only one reported. Source: kube-openapi validate validator.go, formats.go. */
import { invalid, tooLong, typeInvalid } from '../../field-error.ts'
import { goQuote } from '../../go-text.ts'
import { matchesFormat } from '../formats.ts'
import { patternOf, type SchemaNode } from '../node.ts'
import { type Findings, placeOf, report } from './findings.ts'

/** Reports what is wrong with the length of a text, or that it does not match. Lengths count characters, not bytes. */
export function checkText(node: SchemaNode, value: string, path: string, findings: Findings): void {
  const { minLength, maxLength, pattern } = node.schema
  const place = () => placeOf(findings, path)
  if (maxLength !== undefined && isLonger(value, maxLength)) {
    const said = `${path} in body should be at most ${maxLength} chars long`
    report(findings, said, tooLong(place(), maxLength))
    return
  }
  if (minLength !== undefined && minLength > 0 && !isLonger(value, minLength - 1)) {
    const said = `${path} in body should be at least ${minLength} chars long`
    report(findings, said, invalid(place(), value, said))
    return
  }
  const compiled = patternOf(node)
  if (!compiled || (compiled.valid && compiled.matches(value))) return
  const shown = compiled.valid ? pattern : `${pattern}, but pattern is invalid: ${compiled.why}`
  const said = `${path} in body should match '${shown}'`
  report(findings, said, invalid(place(), value, said))
}

/** Reports a text that does not look as its format says. */
export function checkFormat(format: string, value: string, path: string, findings: Findings): void {
  if (matchesFormat(format, value)) return
  const said = `${path} in body must be of type ${format}: ${goQuote(value)}`
  report(findings, said, typeInvalid(placeOf(findings, path), value, said))
}

/** Counts characters only where the count of UTF-16 units leaves it open. */
function isLonger(text: string, charactersMax: number): boolean {
  if (text.length <= charactersMax) return false
  if (text.length > 2 * charactersMax) return true
  let characters = 0
  for (const _ of text) if (++characters > charactersMax) return true
  return false
}
