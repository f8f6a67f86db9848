/**
 * Where the files are that are started by their address rather than imported: workers, and Muster itself.
 *
 * In the repository they are the .ts files of their rooms; in the package they lie beside the bundle. Bundlers do not
 * rewrite such addresses, so they are chosen here, once.
 */
const fromSource = import.meta.url.endsWith('.ts')

/** The two worker entries of the sqlite engine. */
export const storeWorkers: { readonly writer: URL; readonly steward: URL } = {
  writer: new URL(
    fromSource ? import.meta.resolve('@muster/store/sqlite/writer-worker.ts') : './writer-worker.js',
    import.meta.url,
  ),
  steward: new URL(
    fromSource ? import.meta.resolve('@muster/store/sqlite/steward-worker.ts') : './steward-worker.js',
    import.meta.url,
  ),
}

/** The program of a node's keeper: a process of its own, which outlives the agent that starts it. */
export const keeperEntry: URL = new URL(
  fromSource ? import.meta.resolve('@muster/agent/process/keeper-worker.ts') : './keeper-worker.js',
  import.meta.url,
)

/** What a reader types to run this Muster: installed, it is on the PATH. */
export const INVOKED_AS: string = fromSource ? 'npm run muster --' : 'muster'

/** The file that `node` runs to be Muster once more, as a process of its own. */
export const ownEntry: URL = new URL(fromSource ? './main.ts' : './muster.js', import.meta.url)

/** The folder of the demonstration application: plain files, which are run and read and never imported. */
export const shopFolder: URL = new URL(fromSource ? '../shop/' : './shop/', import.meta.url)
