/** Which Muster this is. */
import manifest from './package.json' with { type: 'json' }

/** The version of the package, as `muster --version` prints it. */
export const VERSION: string = manifest.version
