/** A value of a secret that must be an object of JSON. Source: kubernetes ValidateSecret, encoding/json of Go. */
import { type FieldError, invalid, key, required } from '../../../field-error.ts'

const decoder = new TextDecoder()

/** What is wrong with it; the value itself is not repeated. */
export function validateJsonObject(data: Readonly<Record<string, string>>, name: string): FieldError[] {
  const path = key('data', name)
  const value = data[name]
  if (value === undefined) return [required(path)]
  const why = explain(decoder.decode(Uint8Array.from(atob(value), (letter) => letter.charCodeAt(0))))
  return why === undefined ? [] : [invalid(path, '<secret contents redacted>', why)]
}

/** What Go says of a text that is no object of JSON. */
function explain(text: string): string | undefined {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return explainSyntax(text)
  }
  if (parsed === null || (typeof parsed === 'object' && !Array.isArray(parsed))) return undefined
  const kind = Array.isArray(parsed) ? 'array' : typeof parsed === 'boolean' ? 'bool' : typeof parsed
  return `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`
}

function explainSyntax(text: string): string {
  const first = text.trimStart()[0]
  if (first === undefined) return 'unexpected end of JSON input'
  if (!'{["-0123456789tfn'.includes(first)) {
    return `invalid character ${sayCharacter(first)} looking for beginning of value`
  }
  return 'unexpected end of JSON input'
}

const sayCharacter = (character: string): string => (character === "'" ? "'\\''" : `'${character}'`)
