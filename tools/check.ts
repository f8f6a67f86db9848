/** Everything that is checked without running the house: `npm run check`. */
import { spawnSync } from 'node:child_process'
import { ROOT } from './tree.ts'

/** A program that answers by its exit code, and what to do when it says no. */
export interface Check {
  readonly name: string
  /** What node is to run. */
  readonly program: readonly [string, ...string[]]
  readonly next: string
}

/** Types, by the compiler. */
export const TYPES: Check = {
  name: 'types',
  program: ['node_modules/typescript/bin/tsc', '-p', '.'],
  next: 'mend the lines that it names',
}

/** Format and lint, by biome. */
export const FORMAT: Check = {
  name: 'format and lint',
  program: ['node_modules/@biomejs/biome/bin/biome', 'check', '.'],
  next: 'npm run format, then mend what is left',
}

const CHECKS: readonly Check[] = [
  TYPES,
  FORMAT,
  { name: 'walls', program: ['tools/tidy.ts'], next: 'use what each line says after "use"' },
  { name: 'generated pages', program: ['tools/docs.ts', '--check'], next: 'npm run docs' },
]

/** Runs a check in a process of its own, and returns what it printed when it said no. */
export function runCheck({ program }: Check): { readonly passed: boolean; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, program, { cwd: ROOT, encoding: 'utf8' })
  return { passed: status === 0, output: `${stdout}${stderr}` }
}

if (import.meta.main) {
  const failed: Check[] = []
  for (const check of CHECKS) {
    const { passed, output } = runCheck(check)
    console.log(passed ? `ok      ${check.name}` : `${output}FAILED  ${check.name}`)
    if (!passed) failed.push(check)
  }
  for (const { name, next } of failed) console.log(`next, for ${name}: ${next}`)
  process.exitCode = failed.length > 0 ? 1 : 0
}
