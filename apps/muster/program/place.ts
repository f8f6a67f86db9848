/** Which control plane a command line means: by the flags `--home` and `--name`, wherever they stand. */
import type { Command } from 'commander'
import { homeDirectory, type Place, placeOf } from '../control-plane/place.ts'
import type { ProgramDeps } from './deps.ts'

/** The place that is meant. */
export function placeFor({ env }: Pick<ProgramDeps, 'env'>, command: Command): Place {
  const { home, name } = command.optsWithGlobals<{ home?: string; name?: string }>()
  return placeOf(homeDirectory(env, home), name)
}
