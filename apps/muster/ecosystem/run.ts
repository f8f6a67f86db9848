/**
 * Runs the programs of others against Muster: `npm run test:ecosystem` all of them, and prints docs/conformance.md;
 * `npm run test:ecosystem -- helm kubectl` those checks only, and prints nothing into the page. Needs Go.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { VERSION } from '../version.ts'
import { clientNodeCheck } from './client-node.ts'
import { e2eCheck } from './e2e.ts'
import type { Check, Finding } from './finding.ts'
import { helmCheck } from './helm.ts'
import { kubectlCheck } from './kubectl.ts'
import { leaseGuardCheck } from './lease-guard.ts'
import { printInto } from './report.ts'
import { twoCollectorsCheck } from './two-collectors.ts'
import { vitestCheck } from './vitest.ts'
import { clientGoCheck, controllerRuntimeCheck } from './witness.ts'

const CHECKS: readonly Check[] = [
  kubectlCheck,
  clientNodeCheck,
  clientGoCheck,
  controllerRuntimeCheck,
  leaseGuardCheck,
  helmCheck,
  e2eCheck,
  twoCollectorsCheck,
  vitestCheck,
]
const PAGE = join(import.meta.dirname, '..', '..', '..', 'docs', 'conformance.md')

const words = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'muster-ecosystem-'))
const findings: Finding[] = []
for (const check of CHECKS) {
  if (words.length > 0 && !words.includes(check.name)) continue
  for (const finding of await check.run({ say: console.log, folder }).catch(inVain(check.name))) {
    findings.push(finding)
    const { client, version, figures, troubles } = finding
    console.log(`${troubles.length === 0 ? 'ok  ' : 'FAIL'} ${client} ${version}: ${figures}`)
    for (const trouble of troubles) console.log(trouble.replace(/^/gm, '     '))
  }
}
rmSync(folder, { recursive: true, force: true })
if (words.length === 0) {
  const date = new Date().toISOString().slice(0, 'YYYY-MM-DD'.length)
  const run = { date, muster: VERSION, node: process.versions.node, findings }
  writeFileSync(PAGE, printInto(readFileSync(PAGE, 'utf8'), run))
}
/** A check that could not be made is a finding too. */
function inVain(client: string): (error: unknown) => readonly Finding[] {
  return (error) => [{ client, version: '', did: 'nothing', figures: '', troubles: [String(error)] }]
}

const failed = findings.filter(({ troubles }) => troubles.length > 0).length
console.log(`${findings.length - failed} passed, ${failed} failed`)
process.exitCode = failed > 0 || findings.length === 0 ? 1 : 0
