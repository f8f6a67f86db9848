/**
 * Regular expressions as Go understands them (RE2), for `pattern`. A pattern comes from a stranger and is tried on a
 * stranger's text, so it must never take longer than the text is long: RE2 has no backtracking, and neither has the
 * library. (JavaScript's RegExp needs 2^n steps for `^(a+)+$`, and reads `\s`, `$`, `(?i)` and `\z` in another way.)
 */
import { RE2JS } from 're2js'

/** A pattern that was understood, or what Go says of one that was not. */
export type Pattern = { readonly valid: true; readonly matches: (text: string) => boolean } | InvalidPattern

/** Why a pattern cannot be used: "error parsing regexp: missing closing ]: `[a`". */
export interface InvalidPattern {
  readonly valid: false
  readonly why: string
}

/** Compiles a pattern. A match anywhere in the text is a match. */
export function compilePattern(pattern: string): Pattern {
  try {
    const compiled = RE2JS.compile(pattern)
    return { valid: true, matches: (text) => compiled.test(text) }
  } catch (error) {
    return { valid: false, why: sayPatternError(error) }
  }
}

/** The library says what Go says, but for the empty remainder that Go quotes after a lone backslash. */
function sayPatternError(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error)
  return said.endsWith('trailing backslash at end of expression') ? `${said}: \`\`` : said
}
