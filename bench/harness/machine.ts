/** The facts without which a figure means nothing. */
import { statfsSync } from 'node:fs'
import { cpus, loadavg, release, totalmem, type } from 'node:os'

/** The machine and the programs that a report was made with. */
export interface Machine {
  readonly system: string
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  /** Of the directory that the benches write to. */
  readonly filesystem: string
  /** Processes that were ready to run over the minute before the run. Well above 0: the machine was not quiet. */
  readonly loadBefore: number
  readonly node: string
  readonly sqlite: string
}

/** Magic numbers of the file systems that are met most. Source: statfs(2). */
const FILESYSTEMS: Readonly<Record<number, string>> = {
  61267: 'ext4',
  16914836: 'tmpfs',
  1481003842: 'xfs',
  2435016766: 'btrfs',
  2035054128: 'overlayfs',
}

/** Looks at the machine now. `directory` is the one that the benches write to. */
export function machineFacts(directory: string): Machine {
  const processors = cpus()
  const magic = statfsSync(directory).type
  return {
    system: `${type()} ${release()}`,
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGiB: totalmem() / 2 ** 30,
    filesystem: FILESYSTEMS[magic] ?? `0x${magic.toString(16)}`,
    loadBefore: loadavg()[0] ?? 0,
    node: process.version,
    sqlite: process.versions.sqlite ?? 'none',
  }
}

/** A sync to memory costs nothing: figures from there would flatter both sides, the faster one more. */
export const syncIsFree = (machine: Machine): boolean => machine.filesystem === 'tmpfs'
