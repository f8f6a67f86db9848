/**
 * Runs the tests: `npm test` all of them, `npm test -- store sim` those whose path contains one of the words, and
 * `npm test -- sim/ quotas` those of them that are in one of the folders.
 *
 *     *.test.ts        pure: all in one process, because a process costs a hundred times what such a file does
 *     *.real.test.ts   with real parts (processes, disks, etcd): two at a time, each in a process of its own
 */
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { isTestFile } from './layers.ts'
import { addTallies, formatTally, isGreen, NO_TESTS, type Tally } from './tally.ts'
import { listPaths } from './tree.ts'

/** Who asks for thousands of seeds waits for them. */
const isPatient = process.env.SEEDS !== undefined
/** A pure test that takes a minute hangs: the whole pure suite takes less. */
const PURE_TIMEOUT_MS = isPatient ? Number.POSITIVE_INFINITY : 60_000
/** The longest real test kills a store two hundred times. */
const REAL_TIMEOUT_MS = isPatient ? Number.POSITIVE_INFINITY : 600_000

type RunOptions = NonNullable<Parameters<typeof run>[0]>

const asked = process.argv.slice(2)
const folders = asked.filter((word) => word.endsWith('/'))
const words = asked.filter((word) => !word.endsWith('/'))
const files = listPaths().filter(
  (path) =>
    isTestFile(path) &&
    (!folders.length || folders.some((folder) => path.startsWith(folder))) &&
    (!words.length || words.some((word) => path.includes(word))),
)
const isReal = (path: string): boolean => path.endsWith('.real.test.ts')

// All pure tests share this process, and one that ends it must not look like success.
let total: Tally | undefined
process.on('exit', () => {
  process.exitCode = total && isGreen(total) ? 0 : 1
})

const pureFiles = files.filter((path) => !isReal(path))
// Two at a time, since they wait for disks and processes more than they compute; the longest first.
const REAL_AT_ONCE = 2
const LONGEST = ['store/sqlite/kill.real.test.ts', 'store/sqlite/wal-cut.real.test.ts']
const realFiles = files.filter(isReal).sort((a, b) => Number(LONGEST.includes(b)) - Number(LONGEST.includes(a)))
const pure = await runPart(pureFiles, { isolation: 'none', timeout: PURE_TIMEOUT_MS })
const real = await runPart(realFiles, { isolation: 'process', concurrency: REAL_AT_ONCE, timeout: REAL_TIMEOUT_MS })

total = addTallies(pure.tally, real.tally)
if (files.length === 0) console.log(`no test has a path that contains ${asked.join(' or ')}`)
for (const [reason, count] of total.reasons) console.log(`skipped ${count}: ${reason}`)
console.log(
  `pure tests: ${pureFiles.length} files in ${pure.seconds} s; real: ${realFiles.length} in ${real.seconds} s`,
)
console.log(formatTally(total))

async function runPart(files: readonly string[], options: RunOptions) {
  if (files.length === 0) return { tally: NO_TESTS, seconds: '0.0' }
  const startedAt = performance.now()
  const reasons = new Map<string, number>()
  let tally = NO_TESTS
  const events = run({ ...options, files: [...files] })
  events.on('test:pass', ({ skip }) => {
    if (typeof skip === 'string') reasons.set(skip, (reasons.get(skip) ?? 0) + 1)
  })
  events.on('test:summary', ({ file, counts }) => {
    // A summary that names a file is a part of the one that names none.
    if (file !== undefined) return
    const { tests, passed, todo } = counts
    const skipped = counts.skipped + todo
    tally = { passed, skipped, failed: tests - passed - skipped, reasons }
  })
  for await (const text of events.compose(new spec())) process.stdout.write(text)
  return { tally, seconds: ((performance.now() - startedAt) / 1000).toFixed(1) }
}
