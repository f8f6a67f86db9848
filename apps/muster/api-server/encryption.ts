/**
 * How an installation keeps its secrets: by the file that it is given, or by one of its own.
 *
 *     keys/encryption.yaml     which resources are sealed, and with which keys
 *     keys/data-keys           a key for each object, sealed with one of those
 *
 * Both are for their owner's eyes alone. Whoever has them and the store has the secrets.
 */
import { randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { readEncryption } from '@muster/server/encryption/configuration.ts'
import { type KeyFile, openDataKeys } from '@muster/server/encryption/data-keys.ts'
import { createSealer } from '@muster/server/encryption/sealer.ts'
import type { Sealer } from '@muster/server/storage/sealed-store.ts'
import { writeSecret } from './home.ts'

/** The sealer of an installation. `file` is an EncryptionConfiguration; the installation's own when absent. */
export async function openEncryption(home: string, file?: string): Promise<Sealer> {
  const configuration = readEncryption(file === undefined ? await ownConfiguration(home) : await readFile(file))
  const keys = configuration.flatMap(({ providers }) =>
    providers.flatMap((one) => (one.provider === 'erasable' ? one.keys : [])),
  )
  if (keys.length === 0) return createSealer(configuration, randomBytes)
  return createSealer(configuration, randomBytes, await openDataKeys(keyFile(home), keys, randomBytes))
}

/** What the installation has, or is given now: Secrets sealed, each with a data key of its own. */
async function ownConfiguration(home: string): Promise<Uint8Array> {
  const known = await unlessMissing(readFile(join(home, 'keys', 'encryption.yaml')))
  if (known) return known
  const made = ownText(randomBytes(32).toString('base64'))
  await writeSecret(made, home, 'keys', 'encryption.yaml')
  return Buffer.from(made)
}

const ownText = (
  secret: string,
) => `# Keep a copy of this directory apart from the store: without it no Secret can be read.
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
- resources: [secrets]
  providers:
  - erasable:
      keys:
      - name: key1
        secret: ${secret}
  - identity: {}
`

/** The data keys on the disk. */
function keyFile(home: string): KeyFile {
  const file = join(home, 'keys', 'data-keys')
  const written = async (name: string, flags: string, content: string): Promise<void> => {
    await mkdir(join(home, 'keys'), { recursive: true, mode: 0o700 })
    await using handle = await open(name, flags, 0o600)
    await handle.writeFile(content)
    await handle.sync()
  }
  return {
    read: async () => (await unlessMissing(readFile(file, 'utf8'))) ?? '',
    append: (content) => written(file, 'a', content),
    async replace(content) {
      const old = await unlessMissing(open(file, 'r+'))
      await written(`${file}.new`, 'w', content)
      await rename(`${file}.new`, file)
      if (old) await wipe(old)
    },
  }
}

/** What was forgotten is written over, as far as the disk does as it is told. */
async function wipe(old: FileHandle): Promise<void> {
  try {
    const { size } = await old.stat()
    await old.write(Buffer.alloc(size), 0, size, 0)
    await old.sync()
  } finally {
    await old.close()
  }
}

async function unlessMissing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
