/** Processes of runs whose keeper is gone. Where namespaces end them with their keeper there are none. */
import { realpathSync } from 'node:fs'
import type { Clock } from '@muster/base/clock.ts'
import { keeperAddress } from './address.ts'
import { dial } from './connection.ts'
import { markOf } from './run-key.ts'
import { endMarked, markedProcesses } from './trees.ts'

/** The numbers of processes left over from runs of this directory; none while a keeper has it. */
export async function findLeftovers(directory: string): Promise<readonly number[]> {
  const real = realPath(directory)
  if (await isKept(real)) return []
  return markedProcesses(markOf(real))
}

/** Ends what {@link findLeftovers} finds, and resolves with the numbers once none is left. */
export async function sweepLeftovers(directory: string, clock: Clock): Promise<readonly number[]> {
  const real = realPath(directory)
  if (await isKept(real)) return []
  return endMarked(markOf(real), clock)
}

async function isKept(directory: string): Promise<boolean> {
  const socket = await dial(keeperAddress(directory).socket)
  socket?.destroy()
  return socket !== undefined
}

/** A directory that was removed by hand has its name still on its processes. */
function realPath(directory: string): string {
  try {
    return realpathSync(directory)
  } catch {
    return directory
  }
}
