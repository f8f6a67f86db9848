/**
 * Asks Kubernetes' own packages what the fixtures of api/schema and api/crd ask, and writes their answers down.
 *
 *     node tools/oracle/schema/record.ts      needs Go, and minutes the first time
 *
 * A fixture is a file of lines, each a question and its answer: `{"question":{"op":"validate",…},"answer":{…}}`. To add a
 * case, add a line with a question and record again. main.go knows the questions.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { KUBERNETES_VERSION } from '@muster/api/kubernetes-version.ts'

const FOLDERS = ['api/schema/fixtures', 'api/crd/fixtures']

/** The modules that main.go imports, at the pinned version; Go finds out about the rest. */
const MODULES = ['api', 'apiextensions-apiserver', 'apimachinery', 'apiserver', 'client-go']

/** Room for all that is answered. */
const ANSWERS_BYTES_MAX = 2 ** 28

function record(): void {
  const program = build()
  for (const folder of FOLDERS) {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name)
      const questions = readFileSync(path, 'utf8').trim().split('\n').map(questionOf)
      const answers = ask(program, questions)
      const lines = questions.map((question, at) => `{"question":${question},"answer":${answers[at]}}\n`)
      writeFileSync(path, lines.join(''))
    }
  }
}

const questionOf = (line: string): string => JSON.stringify(JSON.parse(line).question)

function ask(program: string, questions: readonly string[]): readonly string[] {
  const input = questions.map((question) => `${question}\n`).join('')
  const output = execFileSync(program, { input, encoding: 'utf8', maxBuffer: ANSWERS_BYTES_MAX })
  return output.trim().split('\n')
}

/** Builds outside the repository, where Go may write down what it found. */
function build(): string {
  const cache = process.env.MUSTER_CACHE ?? join(homedir(), '.cache', 'muster')
  const folder = join(cache, 'oracle', KUBERNETES_VERSION, 'schema')
  const version = KUBERNETES_VERSION.replace(/^v1/, 'v0')
  const required = MODULES.map((name) => `require k8s.io/${name} ${version}\n`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'go.mod'), `module muster.invalid/oracle\n\ngo 1.26.0\n\n${required.join('')}`)
  writeFileSync(join(folder, 'main.go'), readFileSync(join(import.meta.dirname, 'main.go')))
  const env = { ...process.env, GOFLAGS: '-mod=mod -buildvcs=false', GOWORK: 'off' }
  execFileSync('go', ['build', '-o', 'oracle', '.'], { cwd: folder, env, stdio: 'inherit' })
  return join(folder, 'oracle')
}

if (import.meta.main) record()
