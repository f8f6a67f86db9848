/**
 * `$(NAME)` in commands, arguments and variables: replaced when NAME is known, kept when it is not; `$$` is one `$`.
 * Source: kubernetes third_party/forked/golang/expansion.
 */

/** Expands all references in a text. */
export function expand(text: string, known: (name: string) => string | undefined): string {
  // One pass: what a value says is not looked into.
  return text.replace(/\$(?:\$|\(([^)]*)\))/g, (whole, name: string | undefined) =>
    name === undefined ? '$' : (known(name) ?? whole),
  )
}
