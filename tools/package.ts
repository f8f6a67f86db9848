/**
 * Makes what `npm pack` puts into the tarball: Muster as plain JavaScript without dependencies, in apps/muster/dist.
 *
 *     dist/muster.js          the command, a few lines; it imports the rest when it is asked for
 *     dist/NAME.js            the rest, in pieces: as one file it starts slower, for then it imports all of Node's parts
 *     dist/NAME-worker.js     the workers, which are started by their address
 *
 * Runs as the prepack script of apps/muster, which also lends the package the licence of the repository.
 */
import { chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const ROOT = dirname(import.meta.dirname)
const PACKAGE = join(ROOT, 'apps/muster')
const DIST = join(PACKAGE, 'dist')

const ENTRIES = {
  muster: join(PACKAGE, 'main.ts'),
  'writer-worker': join(ROOT, 'store/sqlite/writer-worker.ts'),
  'steward-worker': join(ROOT, 'store/sqlite/steward-worker.ts'),
}

/** Tables stay text until they are asked for: parsed as JSON they cost half of what a literal does. */
const jsonAsText = {
  name: 'json-as-text',
  async load(id: string) {
    if (!id.endsWith('.json')) return null
    const text = JSON.stringify(JSON.parse(await readFile(id, 'utf8')))
    return { code: `export default JSON.parse(${JSON.stringify(text)})`, moduleType: 'js' as const }
  },
}

/** Bundles Muster into apps/muster/dist, and puts the licences of what is bundled beside it. */
export async function packageMuster(): Promise<void> {
  await rm(DIST, { recursive: true, force: true })
  const build = await rolldown({
    input: ENTRIES,
    cwd: ROOT,
    platform: 'node',
    external: /^node:/,
    plugins: [jsonAsText],
    onLog(_level, log) {
      // What rolldown only warns of would fail at a user's: a missing export, an import left unresolved.
      throw new TypeError(`bundle: ${log.message}`)
    },
  })
  const { output } = await build.write({
    dir: DIST,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    minify: 'dce-only',
  })
  await build.close()
  await chmod(join(DIST, 'muster.js'), 0o755)
  const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))
  await writeFile(join(DIST, 'THIRD-PARTY-LICENSES.txt'), await thirdPartyLicences(modules))
}

/** The licences of the packages whose modules went into the bundle, as those licences ask. */
async function thirdPartyLicences(modules: readonly string[]): Promise<string> {
  const folders = new Set(modules.flatMap((module) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(module)?.[0] ?? []))
  const texts: string[] = []
  for (const folder of [...folders].sort()) {
    const manifest: Readonly<Record<string, unknown>> = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
    const { name, version, license } = manifest
    texts.push(`${name} ${version} (${license})\n\n${await licenceIn(folder)}`)
  }
  return texts.join(`\n${'-'.repeat(80)}\n\n`)
}

/** The text of a package's licence, however it spells the file. Throws when it brings none. */
async function licenceIn(folder: string): Promise<string> {
  const file = (await readdir(folder)).find((name) => /^licen[cs]e/i.test(name))
  if (file === undefined) throw new TypeError(`bundle: ${folder} brings no licence`)
  return readFile(join(folder, file), 'utf8')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await packageMuster()
