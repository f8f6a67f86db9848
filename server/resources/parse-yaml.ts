/** YAML bodies, as Kubernetes reads them: one document, turned into JSON. */
import type { Json } from '@muster/api/object.ts'
import { badRequest } from '@muster/api/status.ts'
import { isNode, LineCounter, parseDocument, visit } from 'yaml'

/** Aliases may be followed this often: a body of a few lines must not grow into gigabytes. Source: yaml's own default. */
const ALIASES_MAX = 100

/** Reads a document. Doubled keys are listed when `strict`, and the last one counts. Throws BadRequest. */
export function parseYaml(
  bytes: Uint8Array,
  { strict }: { readonly strict: boolean },
): { value: Json; doubles: string[] } {
  const doubles: string[] = []
  const lineCounter = new LineCounter()
  const text = Buffer.from(bytes).toString('utf8')
  const document = parseDocument(text, { uniqueKeys: false, version: '1.2', lineCounter })
  const [error] = document.errors
  if (error) throw badRequest(`error converting YAML to JSON: yaml: ${sayYamlError(error)}`)
  if (strict) {
    visit(document, {
      Map(_key, { items }) {
        const seen = new Set<string>()
        for (const { key } of items) {
          const name = String(key)
          const { line } = lineCounter.linePos((isNode(key) && key.range?.[0]) || 0)
          if (seen.has(name)) doubles.push(`line ${line}: key ${JSON.stringify(name)} already set in map`)
          seen.add(name)
        }
      },
    })
  }
  const value: Json = document.toJS({ maxAliasCount: ALIASES_MAX })
  return { value: value ?? null, doubles }
}

/** Whether this is told of a key that comes twice in YAML. */
export const isYamlDouble = (told: string): boolean => /^line \d+: key /.test(told)

/** Keys that come twice, in one sentence, as Go's parser of YAML says it. */
export const sayYamlDoubles = (doubles: readonly string[]): string =>
  `yaml: unmarshal errors:\n  ${doubles.join('\n  ')}`

function sayYamlError({
  message,
  linePos,
}: {
  message: string
  linePos?: readonly [{ line: number }, ...unknown[]] | readonly { line: number }[]
}): string {
  const [first = ''] = message.split('\n')
  const line = linePos?.[0]?.line
  return line === undefined ? first : `line ${line}: ${first.replace(/ at line \d+, column \d+:?$/, '')}`
}
