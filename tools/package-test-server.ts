/**
 * Makes what `npm pack` puts into the tarball of the test server, in apps/test-server/dist.
 *
 *     dist/index.js, NAME.js   the server, bundled
 *     dist/types/              the declarations that its entry reaches, and no others; rooms are named by their paths
 */
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle } from './bundle.ts'
import { pathOfPackage } from './layers.ts'
import { ROOT } from './tree.ts'

const PACKAGE = join(ROOT, 'apps/test-server')
const DIST = join(PACKAGE, 'dist')
const ENTRY = 'apps/test-server/index.ts'

/** Bundles the test server, and writes its declarations. */
export async function packageTestServer(): Promise<void> {
  await bundle({ index: join(ROOT, ENTRY) }, DIST)
  const emitted = await mkdtemp(join(tmpdir(), 'muster-types-'))
  try {
    await emitDeclarations(emitted)
    await copyReached(emitted, join(DIST, 'types'))
  } finally {
    await rm(emitted, { recursive: true })
  }
}

/** The compiler's declarations of all that the entry imports. */
async function emitDeclarations(into: string): Promise<void> {
  const settings = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--outDir', into, '--rootDir', ROOT]
  const config = join(into, 'tsconfig.json')
  const whole = { extends: join(ROOT, 'tsconfig.json'), include: [], files: [join(ROOT, ENTRY)] }
  await writeFile(config, JSON.stringify({ ...whole, compilerOptions: { typeRoots: [TYPES], paths: ROOMS } }))
  execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', config, ...settings], { cwd: ROOT, stdio: 'inherit' })
}

const TYPES = join(ROOT, 'node_modules/@types')
/** By their folders: through node_modules they would be packages of others, whose declarations nobody emits. */
const ROOMS = { '@muster/*': [join(ROOT, '*')] }

const IMPORTED = /(from |import\()(['"])([^'"]+)\2/g

/** Copies what can be reached from the entry, with every import as a path between the copies. */
async function copyReached(from: string, into: string): Promise<void> {
  const waiting = [ENTRY]
  const seen = new Set(waiting)
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const at = path
    const text = await readFile(join(from, declarationOf(at)), 'utf8')
    const rewritten = text.replaceAll(IMPORTED, (whole, start: string, quote: string, specifier: string) => {
      const target = pathOfPackage(specifier) ?? (specifier.startsWith('.') ? posix.join(dirname(at), specifier) : '')
      if (target === '') return whole
      if (!seen.has(target)) waiting.push(target)
      seen.add(target)
      const relative = posix.relative(dirname(at), target).replace(/\.ts$/, '.js')
      return `${start}${quote}${relative.startsWith('.') ? relative : `./${relative}`}${quote}`
    })
    const target = join(into, declarationOf(at))
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, rewritten)
  }
}

const declarationOf = (path: string): string => path.replace(/\.ts$/, '.d.ts')

if (process.argv[1] === fileURLToPath(import.meta.url)) await packageTestServer()
