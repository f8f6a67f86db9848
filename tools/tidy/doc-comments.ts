/** The rule of the sentence: every export outside tests says in a doc comment what it is. */
import { isTest } from '../layers.ts'
import type { Finding, Reading } from './finding.ts'

const DECLARATION =
  /^export\s+(?:declare\s+|abstract\s+|async\s+)*(?<kind>function|const|let|class|interface|type)\b[\s*]*(?<name>[\w$]+|[{[])/gm

/** `export { x }` of something declared above: nothing says there that it is exported. */
const APART = /^export\s+(?:type\s+)?\{[^}]*\}(?!\s*from\b)/gm

/** Finds every export that lacks its sentence. Re-exports are described where they come from. */
export function findUndescribed({ path, text, blanked }: Reading): readonly Finding[] {
  if (isTest(path)) return []
  const findings: Finding[] = []
  let described = ''
  for (const { index: at, groups } of blanked.code.matchAll(DECLARATION)) {
    const { kind = '', name = '' } = groups ?? {}
    // An overload is described by the first of its name.
    const isOverload = kind === 'function' && name === described
    if (kind === 'type' && name === '{') continue
    if (hasDocComment(at)) described = name
    else if (!isOverload) {
      findings.push({ at, what: `'${name}' is exported without a word`, use: 'a doc comment of one true sentence' })
    }
  }
  for (const { index: at } of blanked.code.matchAll(APART)) {
    findings.push({ at, what: 'an export apart from its declaration', use: 'export where it is declared' })
  }
  return findings

  function hasDocComment(at: number): boolean {
    let below = at
    for (const comment of blanked.comments.toReversed()) {
      if (comment.end > below) continue
      if (text.slice(comment.end, below).trim() !== '') return false
      if (/^\/\*\*[\s\S]*\w[\s\S]*\*\/$/.test(comment.text)) return true
      below = comment.start
    }
    return false
  }
}
