/** Makes plain JavaScript without dependencies of an entry and all it imports, with the licences of what is bundled. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { ROOT } from './tree.ts'

/** Tables stay text until they are asked for: parsed as JSON they cost half of what a literal does. */
const jsonAsText = {
  name: 'json-as-text',
  async load(id: string) {
    if (!id.endsWith('.json')) return null
    const text = JSON.stringify(JSON.parse(await readFile(id, 'utf8')))
    return { code: `export default JSON.parse(${JSON.stringify(text)})`, moduleType: 'js' as const }
  },
}

/** Bundles entries, by their names, into `dist`, which is emptied first. */
export async function bundle(input: Readonly<Record<string, string>>, dist: string): Promise<void> {
  await rm(dist, { recursive: true, force: true })
  const build = await rolldown({
    input: { ...input },
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
    dir: dist,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    minify: 'dce-only',
  })
  await build.close()
  const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))
  await writeFile(join(dist, 'THIRD-PARTY-LICENSES.txt'), await thirdPartyLicences(modules))
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
