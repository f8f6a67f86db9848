/** Finds everything that a file reaches for: imports of every form, and URLs of code beside it. */
import type { Blanked } from './blank.ts'

/** One reach of a file for another; without a specifier when it is not written out and so cannot be checked. */
export interface Import {
  readonly at: number
  readonly specifier?: string
}

/** A string or a template without holes; in blanked code its inside is spaces. */
const QUOTED = '(?:\'\\s*\'|"\\s*"|`\\s*`)'

const WRITTEN_OUT = [
  // import … from 'x', import type … from 'x', export … from 'x'
  `\\bfrom\\s*(${QUOTED})`,
  // import 'x'
  `(?<![.\\w$])import\\s*(${QUOTED})`,
  // import('x'), as a call or as a type
  `(?<![.\\w$])import\\s*\\(\\s*(${QUOTED})\\s*[,)]`,
  `\\bimport\\.meta\\.resolve\\s*\\(\\s*(${QUOTED})\\s*[,)]`,
].map((pattern) => new RegExp(pattern, 'dg'))

const NOT_WRITTEN_OUT = [
  new RegExp(`(?<![.\\w$])import\\s*\\((?!\\s*${QUOTED}\\s*[,)])`, 'g'),
  new RegExp(`\\bimport\\.meta\\.resolve\\s*\\((?!\\s*${QUOTED}\\s*[,)])`, 'g'),
]

/** new URL('./x.ts', import.meta.url), alone or within new Worker(…). */
const URL_BESIDE = new RegExp(`\\bnew\\s+URL\\s*\\(\\s*(${QUOTED})\\s*,\\s*import\\.meta\\b`, 'dg')

const CODE_FILE = /\.[cm]?[jt]sx?$/

/** Everything that the file reaches for, in the order of the text. */
export function findImports(text: string, { code }: Blanked): readonly Import[] {
  const found: Import[] = []
  for (const pattern of WRITTEN_OUT) for (const match of code.matchAll(pattern)) found.push(read(text, match))
  for (const pattern of NOT_WRITTEN_OUT) for (const match of code.matchAll(pattern)) found.push({ at: match.index })
  for (const match of code.matchAll(URL_BESIDE)) {
    const url = read(text, match)
    // A URL of anything else is data; reading it takes a built-in, and those have a table of their own.
    if (CODE_FILE.test(url.specifier ?? '')) found.push(url)
  }
  return found.sort((one, other) => one.at - other.at)
}

function read(text: string, match: RegExpExecArray): Import {
  const [start, end] = match.indices?.[1] ?? [0, 0]
  const specifier = text.slice(start + 1, end - 1)
  // An escape in a specifier could spell any path.
  return specifier.includes('\\') ? { at: match.index } : { at: match.index, specifier }
}
