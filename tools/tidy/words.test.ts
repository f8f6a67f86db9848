import { finds, letsPass } from './planted.ts'

const CLOCK = 'use the Clock that is passed in instead'
const RANDOM = 'use the Random that is passed in instead'
const SETTINGS = 'use settings that apps/ passes in instead'
const LOCALE = "use a locale, such as 'en', or a comparison of code units instead"

// Time.
finds('store/a.ts', `Date; ${CLOCK}`, [
  'const at = Date.now()',
  'const now = Date.now',
  "const at = Date['now']()",
  'const { now } = Date',
  'const at = Date()',
])
finds('store/a.ts', `new Date(); ${CLOCK}`, [
  'const at = new Date()',
  'const at = new Date( )',
  'const at = new Date',
  `const at = \`it is \${new Date()}\``,
])
finds('store/a.ts', `performance; ${CLOCK}`, ['const at = performance.now()', 'const { now } = performance'])
finds('store/a.ts', `process.hrtime; ${CLOCK}`, ['const at = process.hrtime.bigint()', 'const at = process?.uptime()'])
finds('store/a.ts', `a timer; ${CLOCK}`, [
  'setTimeout(run, 10)',
  'setInterval(run, 10)',
  'setImmediate(run)',
  'const later = setTimeout',
  'const timers = [...setTimeouts(), ...setTimeout]',
])
// A pause lets others have their turn; where the table gives it, nothing else comes in with it.
const PAUSE = "import { setImmediate } from 'node:timers/promises'"
letsPass('store/sqlite/a.ts', [`${PAUSE}\nawait setImmediate(), rest(setImmediate)`])
letsPass('store/sqlite/a.test.ts', ["import { setTimeout } from 'node:timers/promises'"])
finds('store/sqlite/a.ts', `a timer; ${CLOCK}`, [
  'setImmediate(run)',
  `setTimeout(run, 10)\n${PAUSE}`,
  'const timer = setImmediate(run); clearImmediate(timer)',
  "import { setImmediate as rest } from 'node:timers/promises'",
  "import { setImmediate, setTimeout } from 'node:timers/promises'",
  "import * as timers from 'node:timers/promises'",
  "import timers from 'node:timers/promises'",
  "const { scheduler } = await import('node:timers/promises')",
])
finds('store/a.ts', `AbortSignal.timeout; ${CLOCK}`, ['AbortSignal.timeout(10)'])
finds('store/a.ts', 'local time; use UTC instead', ['new Date(at).getHours()', 'date.setFullYear(2020)'])
finds('store/a.ts', 'local time; use toISOString instead', ['new Date(at).toDateString()'])

// Chance.
finds('store/a.ts', `Math.random; ${RANDOM}`, [
  'const x = Math.random()',
  'const x = Math\n  .random()',
  "const x = Math['random']()",
  'const { random } = Math',
  'draw(Math)',
])
finds('store/a.ts', `random of the machine; ${RANDOM}`, [
  'const id = source.randomUUID()',
  'source.getRandomValues(bytes)',
  'const bytes = randomBytes(16)',
  'randomFillSync(bytes)',
])
finds('store/a.ts', `crypto; ${RANDOM}`, ['const { subtle } = crypto', 'crypto.subtle.digest(name, bytes)'])

// Settings, network, terminal.
finds('store/a.ts', `process.env; ${SETTINGS}`, ['const home = process.env.HOME', "const home = process?.env['HOME']"])
finds('store/a.ts', `process; ${SETTINGS}`, ['const name = process.argv[2]', 'process.stdout.write(line)'])
finds('store/a.ts', `process, whole; ${SETTINGS}`, ["const home = process['env']", 'const { env } = process'])
finds('store/a.ts', `import.meta.env; ${SETTINGS}`, ['const mode = import.meta.env.MODE'])
finds('store/a.ts', 'globalThis; use an argument instead', [
  'globalThis.setTimeout(run, 10)',
  "globalThis['setTimeout'](run, 10)",
  'globalThis?.fetch(url)',
  'global.process.exit()',
])
finds('store/a.ts', 'globalThis, whole; use an argument instead', ['const world = globalThis'])
finds('store/a.ts', 'fetch; use a transport that is passed in instead', ['await fetch(url)', 'const get = fetch'])
finds('store/a.ts', 'the network; use a transport that is passed in instead', ['new WebSocket(url)'])
finds('store/a.ts', 'console; use the Logger that is passed in instead', ["console.log('here')"])

// Answers that depend on the garbage collector or on the place.
finds('store/a.ts', 'WeakRef; use a lifetime that code ends instead', [
  'new WeakRef(entry)',
  'new FinalizationRegistry(drop)',
])
finds('store/a.ts', `localeCompare without a locale; ${LOCALE}`, [
  'names.sort((a, b) => a.localeCompare(b))',
  'names.sort((a, b) => a.localeCompare(f(b, 2)))',
])
finds('store/a.ts', `toLocale… without a locale; ${LOCALE}`, [
  'count.toLocaleString()',
  'count.toLocaleString( )',
  'name.toLocaleUpperCase(undefined)',
])
finds('store/a.ts', `Intl without a locale; ${LOCALE}`, ['new Intl.NumberFormat()', 'const { Collator } = Intl'])

// Banned everywhere, in rooms of the world and in tests too.
for (const path of ['store/a.ts', 'apps/muster/a.ts', 'tools/a.ts', 'bench/a.ts', 'store/a.test.ts']) {
  finds(path, 'any; use unknown, then a check instead', [
    'const x: any = 1',
    'run(x as any)',
    'const x: Map<string, any> = y',
    'const x: any[] = y',
    'type X = string | any',
  ])
  finds(path, 'export default; use a named export instead', [
    'export default 1',
    "export { run as default } from './run.ts'",
  ])
  finds(path, 'enum; use a union of literals instead', ['enum Colour { Red }', 'const enum Colour { Red }'])
  finds(path, 'namespace; use a file instead', ['namespace Colours { const red = 1 }'])
  finds(path, 'code in a string; use a function instead', ["eval('1')", "new Function('return 1')"])
}

// The world, where it may be touched.
for (const path of ['apps/muster/a.ts', 'bench/a.ts', 'tools/a.ts', 'store/a.test.ts', 'base/system.ts']) {
  letsPass(path, ['setTimeout(run, Date.now(), process.env, Math.random(), fetch(url), new Date())'])
}

// Words that are not code, and code that only sounds alike.
letsPass('store/a.ts', [
  '// Date.now(), any',
  '/* Math.random() */',
  '/** fetch, enum Colour {, setTimeout(…) */',
  `const a = "Date.now() \\" Math.random()", b = 'fetch()', c = \`new Date() \${1} as any\``,
  `const a = /Date.now|fetch|[/]any/g, b = name.replace(/'/, '')`,
  `const a = \`\${[{ b: { c: \`}\` } }].map((d) => { return d })} fetch\``,
  'const at = new Date(instant).toISOString(), other = new Date(Date.UTC(2020, 0)), third = Date.parse(text)',
  'client.fetch(log.console, node.performance, myDate.now, node.crypto, today)',
  'const rule = { any: 1 }, x = rule.any, y = Promise.any([]), anything = company',
  "names.sort((a, b) => f(a, 1).localeCompare(f(b, 2), 'en'))",
  "count.toLocaleString('en')",
  "new Intl.NumberFormat('en')",
  'queueMicrotask(run), process.nextTick(run)',
  'const { nextTick } = process',
  'const fetch = missing(places), place = { fetch: 1 }, values = await log.read(fetch)',
  "import type { EventSource } from './events.ts'\ninterface History { from: EventSource }",
  'const x = Math.max(Math.floor(1), Math.PI)',
])
