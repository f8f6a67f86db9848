/** Vitest, from the registry, plays the example of the test server as a stranger would: packed, installed and run. */
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Check, CheckDeps, Finding } from './finding.ts'

const TEST_SERVER = join(import.meta.dirname, '..', '..', 'test-server')
const PATH = [dirname(process.execPath), process.env.PATH ?? ''].join(delimiter)
const NPM_QUIETLY = ['--no-audit', '--no-fund', '--loglevel=error']

/** Needs npm's registry. */
export const vitestCheck: Check = {
  name: 'vitest',
  async run({ folder }: CheckDeps): Promise<readonly Finding[]> {
    const place = join(folder, 'vitest')
    const project = join(place, 'project')
    mkdirSync(place, { recursive: true })
    await runIn(TEST_SERVER, 'npm', 'pack', '--pack-destination', place, '--loglevel=error')
    const tarball = readdirSync(place).find((name) => name.endsWith('.tgz')) ?? 'no tarball'
    cpSync(join(TEST_SERVER, 'examples', 'vitest'), project, { recursive: true })
    const manifest = join(project, 'package.json')
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"^0.1.0"', JSON.stringify(`file:../${tarball}`)))
    await runIn(project, 'npm', 'install', ...NPM_QUIETLY)
    const { version } = JSON.parse(readFileSync(join(project, 'node_modules', 'vitest', 'package.json'), 'utf8'))
    const began = performance.now()
    const file = join(project, 'report.json')
    const said = await runIn(project, 'npm', 'test', '--silent', '--', '--reporter=json', `--outputFile=${file}`).catch(
      String,
    )
    const seconds = ((performance.now() - began) / 1000).toFixed(0)
    const { tests, troubles } = readReport(existsSync(file) ? readFileSync(file, 'utf8') : said)
    return [{ client: 'vitest', version, did: DID, figures: `${tests}, ${seconds} s`, troubles }]
  },
}

const DID = 'the example of the test server: an operator, a copy of a prepared server for each test'

async function runIn(cwd: string, command: string, ...words: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(command, words, { cwd, env: { ...process.env, PATH } })
  return stdout
}

interface Report {
  readonly numPassedTests: number
  readonly numTotalTests: number
  readonly testResults: readonly {
    readonly message: string
    readonly assertionResults: readonly { readonly title: string; readonly failureMessages: readonly string[] }[]
  }[]
}

/** What vitest's report of JSON comes to. What is no report is a trouble. */
function readReport(text: string): { readonly tests: string; readonly troubles: readonly string[] } {
  if (!text.startsWith('{')) return { tests: 'no tests', troubles: [text] }
  const { numPassedTests, numTotalTests, testResults }: Report = JSON.parse(text)
  const failures = testResults.flatMap(({ message, assertionResults }) => [
    ...(message === '' ? [] : [message]),
    ...assertionResults.flatMap(({ title, failureMessages }) => failureMessages.map((why) => `${title}\n${why}`)),
  ])
  const idle = numTotalTests === 0 ? ['no test was run'] : []
  return { tests: `${numPassedTests} of ${numTotalTests} tests`, troubles: [...idle, ...failures] }
}
