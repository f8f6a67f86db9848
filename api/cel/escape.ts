/** Names of fields as expressions write them: `my-field` is `my__dash__field`. Source: apiserver pkg/cel/escaping.go. */

const RESERVED: ReadonlySet<string> = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
)

const ESCAPES: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
}

/** The name that an expression has for a field; undefined for a field that it cannot name. */
export function escapeField(field: string): string | undefined {
  if (RESERVED.has(field)) return `__${field}__`
  if (!/^[a-zA-Z_./-][a-zA-Z0-9_./-]*$/.test(field)) return undefined
  return field.replace(/__|[-./]/g, (found) => ESCAPES[found] ?? found)
}
