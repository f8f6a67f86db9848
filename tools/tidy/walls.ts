/** The rule of the arrows: no import leads where the tables of `tools/layers.ts` do not allow. */
import { isBuiltin } from 'node:module'
import { dirname, posix } from 'node:path'
import {
  isTest,
  isWorker,
  mayUse,
  PACK_WORDS,
  packageNameOf,
  pathOfPackage,
  roomOf,
  SYSTEM_FILE,
  touchesWorld,
  unitOf,
} from '../layers.ts'
import type { Finding, Reading } from './finding.ts'
import { findImports } from './imports.ts'

/** Which packages a path may import: those of its room's package.json and, for a test, the root's. */
export type DeclaredPackages = (path: string) => ReadonlySet<string>

/** Finds every import that goes through a wall. */
export function findBrokenWalls(reading: Reading, declared: DeclaredPackages): readonly Finding[] {
  const { path, text, blanked } = reading
  const findings: Finding[] = []
  for (const { at, specifier } of findImports(text, blanked)) {
    const breach = specifier === undefined ? NOT_WRITTEN_OUT : judge(path, specifier, declared)
    if (breach) findings.push({ at, ...breach })
  }
  for (const { index } of blanked.code.matchAll(/(?<![.\w$])require\s*[(.]/g)) findings.push({ at: index, ...REQUIRE })
  for (const { index } of blanked.code.matchAll(/\bnew\s+Worker\s*\(\s*['"`]/g)) findings.push({ at: index, ...WORKER })
  for (const { start, text } of blanked.comments) {
    if (/^\/\/\/\s*<reference/.test(text)) findings.push({ at: start, ...REFERENCE })
  }
  return findings
}

type Breach = Omit<Finding, 'at'>

const NOT_WRITTEN_OUT: Breach = { what: 'an import that is not written out', use: 'a literal specifier' }
const REQUIRE: Breach = { what: 'require', use: 'import' }
const WORKER: Breach = { what: 'a worker named by a string', use: "new URL('./x-worker.ts', import.meta.url)" }
const REFERENCE: Breach = { what: 'a reference directive', use: 'import' }

function judge(path: string, specifier: string, declared: DeclaredPackages): Breach | undefined {
  if (specifier.startsWith('.')) return judgeRelative(path, specifier)
  if (isBuiltin(specifier)) return judgeBuiltIn(path, specifier)
  const inHouse = pathOfPackage(specifier)
  if (inHouse !== undefined) {
    const breach = judgePackageName(path, specifier, inHouse)
    // Tests may import any room; and a room need not declare itself.
    const mustDeclare = !isTest(path) && roomOf(inHouse) !== roomOf(path)
    return breach ?? (mustDeclare ? judgeDeclared(path, specifier, declared) : undefined)
  }
  if (/^[/#]|:/.test(specifier)) return { what: `'${specifier}' cannot be checked`, use: 'a package name' }
  return judgeDeclared(path, specifier, declared)
}

function judgeDeclared(path: string, specifier: string, declared: DeclaredPackages): Breach | undefined {
  const [scope = '', name = ''] = specifier.split('/')
  const dependency = scope.startsWith('@') ? `${scope}/${name}` : scope
  if (declared(path).has(dependency)) return undefined
  return { what: `'${dependency}' is not in ${roomOf(path)?.name}/package.json`, use: 'a declared dependency' }
}

function judgeRelative(path: string, specifier: string): Breach | undefined {
  const target = posix.join(dirname(path), specifier)
  const unit = unitOf(target)
  if (unit === unitOf(path)) return judgeTarget(path, target)
  const room = roomOf(target)
  if (!room) return { what: `'${specifier}' leaves ${unitOf(path)}`, use: 'a value passed in' }
  return (
    judgeTarget(path, target) ?? {
      what: `'${specifier}' leaves ${unitOf(path)}`,
      use: `'${packageNameOf(unit)}/${target.slice(unit.length + 1)}'`,
    }
  )
}

function judgePackageName(path: string, specifier: string, target: string): Breach | undefined {
  if (!roomOf(target)) return { what: `'${specifier}' is no room of the house`, use: 'a room of tools/layers.ts' }
  if (!/\.\w+$/.test(target)) return { what: `'${specifier}' names no file`, use: `'${specifier}/FILE.ts'` }
  return judgeTarget(path, target)
}

function judgeTarget(path: string, target: string): Breach | undefined {
  if (target === SYSTEM_FILE && !touchesWorld(path) && !isWorker(path)) {
    return { what: `${SYSTEM_FILE} reads the machine's clock and chance`, use: 'a Clock and a Random passed in' }
  }
  if (isTest(path)) return undefined
  if (isTest(target)) return { what: `${target} is a test`, use: 'a file that is no test' }

  const unit = unitOf(path)
  if (unitOf(target) === unit) return undefined
  const allowed = roomOf(path)?.imports ?? []
  if (allowed.includes(roomOf(target)?.name ?? '')) return undefined

  const [, packWords] = /^(packs\/[^/]+)\/.+$/.exec(target) ?? []
  if (packWords && allowed.includes(PACK_WORDS)) {
    const words = `${packWords}/types.ts`
    return target === words ? undefined : { what: `${unit} may not import ${target}`, use: words }
  }
  return { what: `${unit} may not import ${target}`, use: allowed.join(', ') || 'nothing but its own files' }
}

function judgeBuiltIn(path: string, specifier: string): Breach | undefined {
  if (!specifier.startsWith('node:')) return { what: `'${specifier}' has no prefix`, use: `'node:${specifier}'` }
  if (touchesWorld(path) && path !== SYSTEM_FILE) return undefined
  if (mayUse(path, specifier.slice('node:'.length))) return undefined
  return { what: `${unitOf(path)} may not use ${specifier}`, use: 'what its caller passes in' }
}
