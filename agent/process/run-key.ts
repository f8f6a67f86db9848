/** The name of a run as a file's name, and as a mark in the environment of every process of the run. */
import { ControlError } from '@muster/base/errors.ts'
import type { RunName } from '../driver.ts'

/** Distinct for distinct runs, and safe as the name of a directory. Throws Invalid for a name that no pod can have. */
export function runKey({ podUid, container, attempt }: RunName): string {
  if (!/^[A-Za-z0-9-]{1,80}$/.test(podUid) || !/^[a-z0-9-]{1,63}$/.test(container) || !Number.isSafeInteger(attempt)) {
    throw new ControlError('Invalid', `${JSON.stringify({ podUid, container, attempt })} is not the name of a run`)
  }
  return `${podUid}_${container}_${attempt}`
}

/** The variable by which leftovers are found. */
export const MARK = 'MUSTER_RUN'

/** What {@link MARK} holds for the runs of a keeper's directory begins so. */
export const markOf = (directory: string, key = ''): string => `${directory}:${key}`
