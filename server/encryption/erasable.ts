/**
 * Values that can be erased from history: each object has a data key of its own, kept apart from the store.
 *
 *     muster:enc:erasable:v1:ID.N:   nonce · what was sealed · tag        ID: of one object, N: of its data keys the Nth
 *
 * History is only ever added to. Forgetting a data key makes every version unreadable that was sealed with it, wherever it
 * lies: in the log, in snapshots, in copies of either. What is kept of the data keys is itself sealed with a key of the
 * configuration, so that a new one of those is a matter of one small file.
 */
import { createHash } from 'node:crypto'
import type { Erasing } from '../storage/sealed-store.ts'
import { cannotOpen, type Entropy, openGcm, type Provider, sealGcm, startsWith } from './provider.ts'

/** The data keys of all objects. */
export interface DataKeys {
  /** By `ID.N`; undefined for one that was forgotten. */
  find(id: string): Uint8Array | undefined
  /** The number of the newest data key of an object; undefined when it has none. */
  newest(id: string): number | undefined
  /** Keeps a new one; durable once it resolves. */
  add(id: string, number: number, key: Uint8Array): Promise<void>
  /** Forgets those of an object up to a number, for good; durable once it resolves. */
  forget(id: string, upTo: number): Promise<void>
}

/** A provider whose values can be erased. */
export interface Erasable extends Provider, Erasing {}

const PREFIX = 'muster:enc:erasable:v1:'
const KEY_BYTES = 32
const NO_BYTES = new Uint8Array(0)

/** A provider over data keys. */
export function erasableProvider(keys: DataKeys, entropy: Entropy): Erasable {
  /** Two writes of a new object must not make a data key each. */
  const making = new Map<string, Promise<number>>()
  const make = async (id: string, number: number) => {
    await keys.add(id, number, entropy(KEY_BYTES))
    return number
  }
  const newest = (id: string): Promise<number> | number => {
    const known = keys.newest(id)
    if (known !== undefined && !making.has(id)) return known
    const made = making.get(id) ?? make(id, 1).finally(() => making.delete(id))
    making.set(id, made)
    return made
  }
  return {
    name: 'erasable',
    async seal(key, value) {
      const id = idOf(key, uidIn(value))
      const name = `${id}.${await newest(id)}`
      const dataKey = keys.find(name)
      if (!dataKey) throw cannotOpen(key, 'its data key was forgotten while it was written')
      return Buffer.concat([Buffer.from(`${PREFIX}${name}:`), sealGcm(dataKey, value, `${key} ${name}`, entropy)])
    },
    open(key, value) {
      const name = nameIn(value)
      if (name === undefined) return undefined
      const dataKey = keys.find(name)
      if (!dataKey) return NO_BYTES
      try {
        return openGcm(dataKey, value.subarray(PREFIX.length + name.length + 1), `${key} ${name}`)
      } catch (cause) {
        throw cannotOpen(key, 'its data key does not open it: it was changed, or is not in its place', cause)
      }
    },
    isNewest(value) {
      const name = nameIn(value)
      return name !== undefined && keys.newest(partsOf(name).id) === partsOf(name).number
    },
    async renew(key, plain) {
      const id = idOf(key, uidIn(plain))
      const before = keys.newest(id)
      if (before !== undefined) await make(id, before + 1)
    },
    async forget(values, live) {
      const liveName = live && nameIn(live)
      const kept = liveName === undefined ? undefined : partsOf(liveName)
      const upTo = new Map<string, number>()
      for (const value of values) {
        const name = nameIn(value)
        if (name === undefined) continue
        const { id, number } = partsOf(name)
        const last = id === kept?.id ? Math.min(number, kept.number - 1) : number
        upTo.set(id, Math.max(last, upTo.get(id) ?? 0))
      }
      for (const [id, last] of upTo) await keys.forget(id, last)
    },
  }
}

/** Tells one object from every other, and says nothing of either. */
const idOf = (key: string, uid: string): string =>
  createHash('sha256').update(`${key}\0${uid}`).digest('base64url').slice(0, 22)

function nameIn(value: Uint8Array): string | undefined {
  if (!startsWith(value, PREFIX)) return undefined
  const end = value.indexOf(COLON, PREFIX.length)
  return end < 0 ? undefined : Buffer.from(value.subarray(PREFIX.length, end)).toString('latin1')
}

const COLON = 0x3a

function partsOf(name: string): { readonly id: string; readonly number: number } {
  const [id = '', number = ''] = name.split('.')
  return { id, number: Number(number) }
}

/** The uid of the object that a value holds; none for what is no object. */
function uidIn(value: Uint8Array): string {
  try {
    const object: { metadata?: { uid?: string } } = JSON.parse(Buffer.from(value).toString('utf8'))
    return object.metadata?.uid ?? ''
  } catch {
    return ''
  }
}
