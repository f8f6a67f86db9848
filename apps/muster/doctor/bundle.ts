/** Logs and facts in one file for whoever helps: nothing that opens a door, and nothing of what is stored. */
import { open, readdir, writeFile } from 'node:fs/promises'
import { arch, cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Place } from '../control-plane/place.ts'
import { findRunning } from '../control-plane/run-file.ts'
import { VERSION } from '../version.ts'
import { type TarFile, tarOf } from './tar.ts'

/** Of each log its end, in bytes. */
const LOG_BYTES_MAX = 1_000_000

/** Writes the bundle. `findings` are those of the doctor, as they are printed. */
export async function writeBundle(place: Place, file: string, findings: readonly object[]): Promise<void> {
  const facts = {
    muster: VERSION,
    node: process.versions.node,
    system: `${process.platform} ${release()} ${arch()}`,
    cpus: cpus().length,
    memoryBytes: totalmem(),
    running: await findRunning(place),
    findings,
  }
  const files: TarFile[] = [{ name: 'muster/facts.json', content: bytesOf(`${JSON.stringify(facts, null, 2)}\n`) }]
  for (const name of (await readdir(place.logs).catch(() => [])).sort()) {
    const content = bytesOf(await endOf(join(place.logs, name)))
    files.push({ name: `muster/logs/${name}`.slice(0, 100), content })
  }
  await writeFile(file, gzipSync(tarOf(files, new Date())), { mode: 0o600, flag: 'wx' })
}

const bytesOf = (words: string): Uint8Array => Buffer.from(withoutSecrets(words))

async function endOf(path: string): Promise<string> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const { buffer, bytesRead } = await file.read({
      buffer: Buffer.alloc(Math.min(size, LOG_BYTES_MAX)),
      position: Math.max(0, size - LOG_BYTES_MAX),
    })
    return buffer.subarray(0, bytesRead).toString('utf8')
  } finally {
    await file.close()
  }
}

/** What looks like a key, a token, a password or a certificate, each with what stays of it. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [^-]+-----[\s\S]*?(-----END [^-]+-----|$)/g, '[removed]'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[removed]'],
  [/\b(bearer|basic)\s+[\w.~+/=-]+/gi, '$1 [removed]'],
  [/((?:token|password|passwd|secret|key-data|certificate-data|api[_-]?key)"?\s*[:=]\s*"?)[^\s",}]+/gi, '$1[removed]'],
  [/(\/\/[^\s/:@]+:)[^\s/@]+@/g, '$1[removed]@'],
]

/** The text without anything that looks like a secret. */
export const withoutSecrets = (words: string): string =>
  SECRETS.reduce((left, [pattern, instead]) => left.replace(pattern, instead), words)
