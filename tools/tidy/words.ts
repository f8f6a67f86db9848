/** The rule of the words: code that is given its clock, chance and settings never reaches for the machine's own. */
import { mayUse, touchesWorld } from '../layers.ts'
import type { Finding, Reading } from './finding.ts'
import { findImports } from './imports.ts'

interface BannedWord {
  readonly word: string
  readonly pattern: RegExp
  readonly use: string
}

/** A name that is not somebody's property: `fetch`, `...fetch`, but not `client.fetch`. */
const name = (pattern: string): RegExp => new RegExp(`(?<![\\w$#]|(?<!\\.\\.)\\.\\s*)(?:${pattern})`, 'g')

const CLOCK = 'the Clock that is passed in'
const RANDOM = 'the Random that is passed in'
const SETTINGS = 'settings that apps/ passes in'
const TRANSPORT = 'a transport that is passed in'
const LOCALE = "a locale, such as 'en', or a comparison of code units"

/** Banned where the world may not be touched. */
const WORLDLY: readonly BannedWord[] = [
  // `new Date(x)`, `Date.UTC` and `Date.parse` only turn one form of a time into another.
  { word: 'Date', pattern: /(?<!\bnew\s+)(?<![\w$#.])Date\b(?!\s*\.\s*(UTC|parse)\b)/g, use: CLOCK },
  { word: 'new Date()', pattern: /\bnew\s+Date\b(?!\s*\(\s*[^)\s])/g, use: CLOCK },
  { word: 'performance', pattern: name('performance\\b'), use: CLOCK },
  { word: 'process.hrtime', pattern: name('process\\s*\\??\\.\\s*(hrtime|uptime)\\b'), use: CLOCK },
  { word: 'a timer', pattern: name('(set|clear)(Timeout|Interval|Immediate)\\b'), use: CLOCK },
  { word: 'AbortSignal.timeout', pattern: /\bAbortSignal\s*\??\.\s*timeout\b/g, use: CLOCK },
  { word: 'local time', pattern: /\.\s*[gs]et(Date|Day|FullYear|Hours|Minutes|Month|TimezoneOffset)\b/g, use: 'UTC' },
  { word: 'local time', pattern: /\.\s*to(Date|Time)String\b/g, use: 'toISOString' },
  // Math handed on whole could be asked for anything.
  { word: 'Math.random', pattern: name('Math\\b(?!\\s*\\.\\s*(?!random\\b)\\w)'), use: RANDOM },
  {
    word: 'random of the machine',
    pattern: /\b(randomUUID|getRandomValues|randomBytes|randomFill|randomFillSync|randomInt)\b/g,
    use: RANDOM,
  },
  { word: 'crypto', pattern: name('crypto\\b'), use: RANDOM },
  { word: 'process.env', pattern: name('process\\s*\\??\\.\\s*env\\b'), use: SETTINGS },
  { word: 'process', pattern: name('process\\s*\\??\\.\\s*(argv|cwd|stdin|stdout|stderr)\\b'), use: SETTINGS },
  {
    word: 'process, whole',
    pattern: /\bprocess\s*(\?\.\s*)?\[|(?<!\{\s*nextTick\s*)\}\s*=\s*process\b/g,
    use: SETTINGS,
  },
  { word: 'import.meta.env', pattern: /\bimport\.meta\.env\b/g, use: SETTINGS },
  { word: 'globalThis', pattern: name('(globalThis|global)\\b(?=\\s*(\\?\\.|[.[]))'), use: 'an argument' },
  { word: 'globalThis, whole', pattern: /=\s*(globalThis|global)\b(?!\s*(\?\.|[.[]))/g, use: 'an argument' },
  { word: 'fetch', pattern: name('fetch\\b(?!\\s*:)'), use: TRANSPORT },
  { word: 'the network', pattern: name('(WebSocket|EventSource|XMLHttpRequest|BroadcastChannel)\\b'), use: TRANSPORT },
  { word: 'console', pattern: name('console\\s*\\??[.[]'), use: 'the Logger that is passed in' },
  { word: 'WeakRef', pattern: name('(WeakRef|FinalizationRegistry)\\b'), use: 'a lifetime that code ends' },
  {
    word: 'localeCompare without a locale',
    pattern: /\.\s*localeCompare\b(?!\s*\([^()]*(\([^()]*\)[^()]*)*,)/g,
    use: LOCALE,
  },
  {
    word: 'toLocale… without a locale',
    pattern: /\.\s*toLocale\w+(?!\s*\(\s*(?!undefined\b)[^)\s])\b(?!\w)/g,
    use: LOCALE,
  },
  {
    word: 'Intl without a locale',
    pattern: name('Intl\\b(?!\\s*\\.\\s*\\w+\\s*\\(\\s*(?!undefined\\b)[^)\\s])'),
    use: LOCALE,
  },
]

/** Banned everywhere. */
const EVERYWHERE: readonly BannedWord[] = [
  { word: 'any', pattern: name('any\\b(?!\\s*[(:.])'), use: 'unknown, then a check' },
  { word: 'export default', pattern: /\bexport\s+default\b|\bas\s+default\b/g, use: 'a named export' },
  { word: 'enum', pattern: name('enum\\s+[\\w$]+\\s*\\{'), use: 'a union of literals' },
  { word: 'namespace', pattern: name('(namespace|module)\\s+[\\w$.]+\\s*\\{'), use: 'a file' },
  { word: 'code in a string', pattern: name('eval\\s*\\(|new\\s+Function\\b'), use: 'a function' },
]

/** Finds every banned word of a file. */
export function findBannedWords(reading: Reading): readonly Finding[] {
  const { path, blanked } = reading
  const banned = touchesWorld(path) ? EVERYWHERE : [...WORLDLY, ...EVERYWHERE]
  const imports = !touchesWorld(path) && mayUse(path, TIMERS) ? timerImports(reading) : []
  const pauses = imports.some(({ isPause }) => isPause)
  const words = banned.flatMap(({ word, pattern, use }) =>
    [...blanked.code.matchAll(pattern)]
      .filter(([found]) => !declares(blanked.code, found) && !(pauses && found === 'setImmediate'))
      .map(({ index }) => ({ at: index, what: word, use })),
  )
  // Imported whole, or under another name, a timer would pass unseen.
  const others = imports.filter(({ isPause }) => !isPause)
  return [...words, ...others.map(({ at }) => ({ at, what: 'a timer', use: CLOCK }))]
}

const TIMERS = 'timers/promises'

/** The one timer that needs no Clock: it waits for no time, only until others have had their turn. */
const PAUSE = 'import { setImmediate } '

/** Where timers are imported, and whether the pause is all that comes in. */
const timerImports = ({ text, blanked }: Reading): readonly { readonly at: number; readonly isPause: boolean }[] =>
  findImports(text, blanked)
    .filter(({ specifier }) => specifier === `node:${TIMERS}`)
    .map(({ at }) => ({ at, isPause: text.slice(0, at).endsWith(PAUSE) }))

/** A name that the file declares is its own, whatever the machine calls so. */
const declares = (code: string, found: string): boolean =>
  /^\w+$/.test(found) && new RegExp(`\\b(?:const|let|function|interface|import type \\{[^}]*)\\s${found}\\b`).test(code)
