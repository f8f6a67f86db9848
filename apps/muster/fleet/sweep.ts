/** What is left on this machine of nodes whose control plane is gone. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { sweepLeftovers } from '@muster/agent/process/leftovers.ts'
import { systemClock } from '@muster/base/system.ts'
import type { Place } from '../control-plane/place.ts'
import { endRuns, runsIn } from './embedded-node.ts'
import { nodeDirectory, nodesDirectory } from './node-directories.ts'

/** Ends the processes that no keeper has any more; with `all`, also those that one has. Answers how many had none. */
export async function sweepNodes(place: Place, what: 'all' | 'unkept'): Promise<number> {
  let swept = 0
  for (const cluster of await namesIn(nodesDirectory(place)))
    for (const node of await namesIn(join(nodesDirectory(place), cluster))) {
      const directory = nodeDirectory(place, cluster, node)
      if (what === 'all') await endRuns(directory)
      swept += (await sweepLeftovers(runsIn(directory), systemClock)).length
    }
  return swept
}

const namesIn = (directory: string): Promise<readonly string[]> => readdir(directory).catch(() => [])
