/**
 * Data keys in one small file, each on a line of its own, sealed with the first key of the provider `erasable`.
 *
 *     ID.N KEY BASE64       one data key, and the key that it was sealed with
 *
 * A new one is added at the end. To forget one, and to seal all of them with another key, the file is written anew.
 */
import { ControlError } from '@muster/base/errors.ts'
import type { DataKeys } from './erasable.ts'
import { type Entropy, type NamedKey, openGcm, sealGcm } from './provider.ts'

/** The file, as whoever has a disk gives it. Both writes are durable when they resolve. */
export interface KeyFile {
  read(): Promise<string>
  append(text: string): Promise<void>
  /** Puts another text in its place, whole or not at all, and leaves nothing of the old one. */
  replace(text: string): Promise<void>
}

/** Opens the file. Throws StorageRefused when a line of it cannot be read with these keys. */
export async function openDataKeys(file: KeyFile, keys: readonly NamedKey[], entropy: Entropy): Promise<DataKeys> {
  const [first] = keys
  if (!first) throw new ControlError('StorageRefused', 'data keys need a key to be sealed with')
  const known = new Map<string, Uint8Array>()
  const numbers = new Map<string, number>()
  const keep = (name: string, key: Uint8Array) => {
    const [id = '', number = ''] = name.split('.')
    known.set(name, key)
    numbers.set(id, Math.max(numbers.get(id) ?? 0, Number(number)))
  }
  const lineOf = (name: string, key: Uint8Array) =>
    `${name} ${first.name} ${Buffer.from(sealGcm(first.bytes, key, name, entropy)).toString('base64')}\n`
  const all = () => [...known].map(([name, key]) => lineOf(name, key)).join('')

  const text = await file.read()
  // A line without an end was being written when the power went: nothing was sealed with it.
  const lines = text.split('\n').slice(0, -1)
  for (const line of lines) {
    const [name = '', keyName = '', sealed = ''] = line.split(' ')
    const key = keys.find((one) => one.name === keyName)
    if (!key) throw unreadable(`it needs the key '${keyName}', which the EncryptionConfiguration does not name`)
    keep(name, opened(key, name, sealed))
  }
  if (!text.endsWith('\n') || lines.some((line) => line.split(' ')[1] !== first.name)) await file.replace(all())

  // One write at a time, in order.
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = (write: () => Promise<void>): Promise<void> => {
    const done = last.then(write)
    last = done.catch(() => {})
    return done
  }
  return {
    find: (id) => known.get(id),
    newest: (id) => numbers.get(id),
    add: (id, number, key) =>
      inTurn(async () => {
        const name = `${id}.${number}`
        await file.append(lineOf(name, key))
        keep(name, key)
      }),
    forget: (id, upTo) =>
      inTurn(async () => {
        const before = known.size
        for (let number = 1; number <= upTo; number++) known.delete(`${id}.${number}`)
        if (known.size < before) await file.replace(all())
      }),
  }
}

function opened(key: NamedKey, name: string, sealed: string): Uint8Array {
  try {
    return openGcm(key.bytes, Buffer.from(sealed, 'base64'), name)
  } catch (cause) {
    throw unreadable(`the key '${key.name}' does not open it, or it was changed`, cause)
  }
}

const unreadable = (why: string, cause?: unknown): ControlError =>
  new ControlError('StorageRefused', `a data key cannot be read: ${why}`, cause)
