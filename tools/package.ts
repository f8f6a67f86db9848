/**
 * Makes what `npm pack` puts into the tarball: Muster as plain JavaScript without dependencies, in apps/muster/dist.
 *
 *     dist/muster.js          the command, a few lines; it imports the rest when it is asked for
 *     dist/NAME.js            the rest, in pieces: as one file it starts slower, for then it imports all of Node's parts
 *     dist/NAME-worker.js     the workers, which are started by their address
 *     dist/shop/              the demonstration application, as it lies in apps/shop: its files are run and never imported
 *
 * Runs as the prepack script of apps/muster, which also lends the package the licence of the repository.
 */
import { chmod, cp } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle } from './bundle.ts'
import { listPaths, ROOT } from './tree.ts'

const PACKAGE = join(ROOT, 'apps/muster')
const DIST = join(PACKAGE, 'dist')

const ENTRIES = {
  muster: join(PACKAGE, 'main.ts'),
  'writer-worker': join(ROOT, 'store/sqlite/writer-worker.ts'),
  'steward-worker': join(ROOT, 'store/sqlite/steward-worker.ts'),
  'keeper-worker': join(ROOT, 'agent/process/keeper-worker.ts'),
}

/** Bundles Muster into a folder, and puts the licences of what is bundled beside it. */
export async function packageMuster(dist: string = DIST): Promise<void> {
  await bundle(ENTRIES, dist)
  await chmod(join(dist, 'muster.js'), 0o755)
  for (const path of listPaths('apps/shop').filter((each) => /\.(js|py|yaml|md)$/.test(each))) {
    await cp(join(ROOT, path), join(dist, path.slice('apps/'.length)))
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await packageMuster()
