/**
 * Which slots of this machine's loopback are of control planes that do not run now: a note for each slot, in a folder of
 * this user's for what does not outlive the machine, that names the data of its owner. A note holds for as long as the
 * owner says the same of itself. Among those that run a socket decides; a note that is lost costs nothing but luck.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { readJson } from '../api-server/home.ts'

/** Below the data of a control plane: its slots, by cluster. */
export const SLOTS_FILE = 'networks.json'

/** The folder of the notes. */
const notesOf = (): string => join(tmpdir(), `muster-slots-${userInfo().uid}`)

/** Slots, by cluster, that a control plane says are its own. */
export const slotsOf = async (data: string): Promise<Map<string, number>> =>
  new Map(Object.entries(((await readJson(data, SLOTS_FILE)) ?? {}) as Record<string, number>))

/** The slots of others than the control plane with this data. Notes that hold no longer are thrown away. */
export async function slotsOfOthers(data: string, notes: string = notesOf()): Promise<ReadonlySet<number>> {
  const slots = (await readdir(notes).catch(() => [])).map(Number).filter(Number.isInteger)
  const others = await Promise.all(
    slots.map(async (at) => {
      const owner = await readFile(join(notes, String(at)), 'utf8').catch(() => data)
      if (owner === data) return []
      const own = await slotsOf(owner).catch(() => new Map<string, number>())
      if ([...own.values()].includes(at)) return [at]
      await rm(join(notes, String(at)), { force: true })
      return []
    }),
  )
  return new Set(others.flat())
}

/** Notes whose these slots are. */
export async function claimSlots(data: string, slots: Iterable<number>, notes: string = notesOf()): Promise<void> {
  await mkdir(notes, { recursive: true, mode: 0o700 })
  for (const at of slots) await writeFile(join(notes, String(at)), data)
}
