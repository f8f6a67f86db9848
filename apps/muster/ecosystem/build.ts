/** Builds the Go programs of this folder from public modules, once for each state of their sources, outside the repository. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, rename } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** A program to build. */
export interface GoProgram {
  /** What it is called here. */
  readonly name: string
  /** Its folder below `go/`. */
  readonly folder: string
  /** The Go package, as seen from its folder. */
  readonly goPackage: string
  /** Another go.mod of the folder: one program against several versions. */
  readonly modfile?: string
  /** The module whose version tells which version this is. */
  readonly module: string
  /** Where it is kept below the cache, for others to find it. Then it is built once, whatever its sources become. */
  readonly keptAs?: string
  /** Flags of the linker besides the usual ones. */
  readonly linkFlags?: (version: string) => readonly string[]
}

/** A program that can be run. */
export interface Built {
  readonly path: string
  /** Of its module, such as `v0.36.1`. */
  readonly version: string
}

/** Where what is built is kept: `$MUSTER_CACHE` or `~/.cache/muster`. */
export const cacheFolder = (): string => process.env.MUSTER_CACHE ?? join(homedir(), '.cache', 'muster')

/** Room for what the compiler says. */
const OUTPUT_BYTES_MAX = 64 * 2 ** 20

/**
 * The program, built first if its sources have changed since: minutes for the first one, at the lowest priority.
 * Needs Go, and its module proxy for what was never downloaded; fails with what the compiler says.
 */
export async function buildGo(program: GoProgram, say: (line: string) => void): Promise<Built> {
  const folder = join(import.meta.dirname, 'go', program.folder)
  const modfile = program.modfile ?? 'go.mod'
  const version = versionOf(readFileSync(join(folder, modfile), 'utf8'), program.module)
  const path = join(cacheFolder(), program.keptAs ?? join('ecosystem', `${program.name}-${digestOf(folder)}`))
  if (existsSync(path)) return { path, version }
  say(`building ${program.name} ${version}, which takes minutes`)
  await mkdir(join(path, '..'), { recursive: true })
  const linked = ['-s', '-w', ...(program.linkFlags?.(version) ?? [])].join(' ')
  const flags = ['-trimpath', `-modfile=${modfile}`, '-ldflags', linked, '-o', `${path}.new`]
  await promisify(execFile)('nice', ['go', 'build', ...flags, program.goPackage], {
    cwd: folder,
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false', GOWORK: 'off' },
    maxBuffer: OUTPUT_BYTES_MAX,
  })
  await rename(`${path}.new`, path)
  return { path, version }
}

function versionOf(goMod: string, module: string): string {
  const line = goMod.split('\n').find((one) => one.trim().replace('require ', '').startsWith(`${module} `))
  return line?.trim().replace('require ', '').split(' ')[1] ?? 'unknown'
}

function digestOf(folder: string): string {
  const hash = createHash('sha256')
  for (const name of readdirSync(folder).sort()) hash.update(name).update(readFileSync(join(folder, name)))
  return hash.digest('hex').slice(0, DIGEST_LENGTH)
}

/** Sixteen million states of a folder are enough to tell two apart. */
const DIGEST_LENGTH = 12
