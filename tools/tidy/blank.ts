/**
 * A source text with only its code left: comments and the insides of strings become spaces, and nothing moves.
 *
 *     const url = 'Date.now()' // Date.now()        text
 *     const url = '          '                      code: same length, same lines
 *
 * Not a parser. It knows comments, strings, templates with holes, and regular expressions, because those are where
 * words lie that are not code.
 */

/** A comment and where it stands. */
export interface Comment {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** A text beside its code. */
export interface Blanked {
  readonly code: string
  readonly comments: readonly Comment[]
  /** Where a string, template or comment opens that never closes: from there on the code is not to be trusted. */
  readonly unclosedAt?: number
}

const COMMENT = /^#![^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\//y
const STRING = /'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*"/y
const REGEX = /\/(?:[^/\\[\n]|\\[^\n]|\[(?:[^\]\\\n]|\\[^\n])*\])+\/\w*/y
const TEMPLATE_TEXT = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*/y
const WORD = /[\w$]+/y

/** After these words a slash opens a regular expression; after any other word it divides. */
const WORDS_BEFORE_REGEX = new Set(
  'await case delete do else in instanceof new of return throw typeof void yield'.split(' '),
)

/** Blanks comments and the insides of strings. */
export function blank(text: string): Blanked {
  let code = ''
  let before = ''
  let unclosedAt: number | undefined
  const comments: Comment[] = []
  /** The templates that we are in a hole of, outermost first, and how many braces are open in each hole. */
  const holes: { readonly opensAt: number; depth: number }[] = []

  const ahead = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = code.length
    return pattern.exec(text)?.[0]
  }
  const keep = (token: string) => {
    code += token
    if (token.trim()) before = token
  }
  const keepEnds = (token: string) => {
    code += token.charAt(0) + spaces(token.slice(1, -1)) + token.slice(-1)
    before = 'value'
  }
  const readTemplate = (opensAt: number) => {
    code += spaces(ahead(TEMPLATE_TEXT) ?? '')
    if (text.startsWith('${', code.length)) {
      keep('${')
      holes.push({ opensAt, depth: 0 })
    } else if (text[code.length] === '`') {
      code += '`'
      before = 'value'
    } else {
      unclosedAt ??= opensAt
    }
  }

  while (code.length < text.length) {
    const start = code.length
    const comment = ahead(COMMENT)
    if (comment) {
      comments.push({ start, end: start + comment.length, text: comment })
      code += spaces(comment)
      continue
    }
    const string = ahead(STRING)
    if (string) {
      keepEnds(string)
      continue
    }
    const regex = regexMayFollow(before) ? ahead(REGEX) : undefined
    if (regex) {
      keepEnds(regex)
      continue
    }
    const token = ahead(WORD) ?? text.charAt(start)
    const hole = holes.at(-1)
    keep(token)
    if (token === '}' && hole?.depth === 0) {
      holes.pop()
      readTemplate(hole.opensAt)
      continue
    }
    if (hole && token === '{') hole.depth++
    if (hole && token === '}') hole.depth--
    if (token === '`') readTemplate(start)
    else if (token === "'" || token === '"' || text.startsWith('/*', start)) unclosedAt ??= start
  }
  unclosedAt ??= holes[0]?.opensAt
  return { code, comments, ...(unclosedAt !== undefined && { unclosedAt }) }
}

const spaces = (text: string): string => text.replace(/[^\n]/g, ' ')

// Right for all but a regex that starts a statement or follows `if (…)`. There it fails aloud: a quote in such a regex
// opens a string that does not close.
const regexMayFollow = (before: string): boolean =>
  /^[\w$]/.test(before) ? WORDS_BEFORE_REGEX.has(before) : !/[)\]}]/.test(before)
