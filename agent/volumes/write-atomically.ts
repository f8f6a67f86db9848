/**
 * Changes all files of a volume in one instant, as the kubelet does: who reads `..data/x` sees one version or the other.
 *
 *     volume/
 *       ..2026_11_23_12_00_00.7/config/app.conf     the files of one version
 *       ..data ──► ..2026_11_23_12_00_00.7          swapped by one rename
 *       config ──► ..data/config                    one link for each first part of a path
 *
 * Source: kubernetes pkg/volume/util/atomic_writer.go.
 */
import type { Instant } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import type { FileSystem } from '../files/file-system.ts'
import type { Payload } from './payload.ts'

const DATA = '..data'
const NEXT = '..data_tmp'

/** Makes a volume hold these files and no others. True when that changed it. */
export async function writeAtomically(
  files: FileSystem,
  volume: string,
  payload: Payload,
  now: Instant,
): Promise<boolean> {
  for (const path of payload.keys()) checkPath(path)
  const current = await files.readLink(`${volume}/${DATA}`)
  const names = new Set([...payload.keys()].map(firstPart))
  if (current !== undefined && (await holds(files, `${volume}/${current}`, payload))) {
    // A crash may have come between the swap and the links.
    await linkNames(files, volume, names)
    return false
  }
  const version = await freshName(files, volume, now)
  for (const [path, { bytes, mode }] of payload) {
    const file = `${volume}/${version}/${path}`
    await files.makeDirectory(file.slice(0, file.lastIndexOf('/')))
    await files.write(file, bytes, mode)
  }
  await files.makeDirectory(`${volume}/${version}`)
  await files.remove(`${volume}/${NEXT}`)
  await files.link(`${volume}/${NEXT}`, version)
  await files.rename(`${volume}/${NEXT}`, `${volume}/${DATA}`)
  await linkNames(files, volume, names)
  for (const name of await files.list(volume)) {
    const isOld = name.startsWith('..') ? name !== DATA && name !== version : !names.has(name)
    if (isOld) await files.remove(`${volume}/${name}`)
  }
  return true
}

async function linkNames(files: FileSystem, volume: string, names: ReadonlySet<string>): Promise<void> {
  for (const name of names) {
    const target = `${DATA}/${name}`
    if ((await files.readLink(`${volume}/${name}`)) === target) continue
    await files.remove(`${volume}/${name}`)
    await files.link(`${volume}/${name}`, target)
  }
}

async function holds(files: FileSystem, directory: string, payload: Payload): Promise<boolean> {
  const there = await filesIn(files, directory)
  if (there.length !== payload.size) return false
  for (const [path, { bytes }] of payload) {
    const found = await files.read(`${directory}/${path}`)
    if (!found || found.length !== bytes.length || found.some((byte, index) => byte !== bytes[index])) return false
  }
  return true
}

async function filesIn(files: FileSystem, directory: string): Promise<readonly string[]> {
  const found: string[] = []
  for (const name of await files.list(directory)) {
    const path = `${directory}/${name}`
    if ((await files.kindOf(path)) === 'directory') found.push(...(await filesIn(files, path)))
    else found.push(path)
  }
  return found
}

/** By the time, for people; and counted, since two versions may be of one second. */
async function freshName(files: FileSystem, volume: string, now: Instant): Promise<string> {
  const time = new Date(now).toISOString().slice(0, 19).replace(/[-T:]/g, '_')
  const there = new Set(await files.list(volume))
  for (let count = 1; ; count++) {
    const name = `..${time}.${count}`
    if (!there.has(name)) return name
  }
}

const firstPart = (path: string): string => path.split('/')[0] ?? path

/** Validation has refused these; a file outside of its volume would be too bad to trust in that. */
function checkPath(path: string): void {
  const parts = path.split('/')
  if (path.startsWith('/') || path.startsWith('..') || parts.some((part) => part === '..' || part === '')) {
    throw new ControlError('Invalid', `invalid path, must not be absolute or contain '..': ${path}`)
  }
}
