/**
 * All who are told the same: watchers with the same scope, the same selection and the same encoding. What one change
 * means to them is worked out once, and the bytes of a block are joined once, however many they are.
 */
import { assert } from '@muster/base/errors.ts'
import type { Revision } from '@muster/store/store.ts'
import { attributesOf, type CachedObject } from './cached-object.ts'
import { type Change, type RecentChanges, shownObject, type WatchEventType } from './change.ts'
import { clusterPrefix, formatKey, resourcePrefix, scopePrefix } from './key.ts'
import { type AttributesOf, fitsTarget, type Target } from './selection.ts'
import type { WatchEncoding } from './watch-encoding.ts'

/** A change, as it looks to one audience. */
export interface Delivery {
  readonly change: Change
  readonly type: WatchEventType
}

/** What is sent at once. */
export interface Block {
  /** Absent when none of the changes is for this audience. */
  readonly bytes: Uint8Array | undefined
  /** All changes up to here are in this block or in those before. */
  readonly upTo: Revision
}

/** What changed between two revisions, for one audience; and the block of it, once somebody has asked. */
interface News {
  readonly from: Revision
  readonly head: Revision
  readonly deliveries: Delivery[]
  block: Block | undefined
}

/** What makes two watchers of one resource be of the same audience. */
export interface AudienceSettings {
  readonly target: Target
  readonly encoding: WatchEncoding
  /** Its members have been sent no event yet, and their encoding sends the first in another way. */
  readonly isFirst: boolean
}

/** What audiences of one resource share. */
export interface AudienceDeps {
  readonly recent: RecentChanges
  readonly attributesOf: AttributesOf
  /** A field by which watchers are found, besides names: `spec.nodeName`. */
  readonly indexedField: string | undefined
}

/** A block holds at most this many bytes, or one event: a client that reads slowly holds no more of us. */
export const BLOCK_BYTES_MAX = 256 * 1024

/** How many changes are looked at for one block. */
const SCAN_MAX = 1024

/** A text that two audiences share only when they are one. */
export const audienceKey = ({ target, encoding, isFirst }: AudienceSettings): string =>
  JSON.stringify([target.cluster, target.namespace, target.name, target.selection?.key, encoding.key, isFirst])

/** Exists while it has members. */
export class Audience<Member> {
  readonly settings: AudienceSettings
  /** Where changes that may be for it are looked up: a key, a prefix, or a name or field below a prefix. */
  readonly place: string
  /** Members that have been told everything and wait for more. */
  readonly waiting = new Set<Member>()
  /** How many there are, waiting or not. */
  members = 0
  readonly #deps: AudienceDeps
  readonly #prefix: string
  /** What its waiting members are being told of. */
  #news: News | undefined

  constructor(settings: AudienceSettings, deps: AudienceDeps) {
    this.settings = settings
    this.#deps = deps
    this.#prefix = scopePrefix(settings.target)
    this.place = placeOf(settings.target, deps.indexedField)
  }

  /** Adds what a change means to it, from those between `from` and `head`. False when it means nothing. */
  gather(change: Change, from: Revision, head: Revision): boolean {
    const type = this.typeOf(change)
    if (type === undefined) return false
    if (this.#news?.head !== head) this.#news = { from, head, deliveries: [], block: undefined }
    this.#news.deliveries.push({ change, type })
    return true
  }

  /** Everybody who waited has been told: what they shared is let go. */
  forgetNews(): void {
    this.#news = undefined
  }

  /** The next block after a revision, from the recent changes, which must reach back to it. */
  block(from: Revision, head: Revision): Block {
    const news = this.#news
    if (news?.from === from && news.head === head) {
      news.block ??= this.#join(news.deliveries, head)
      return news.block
    }
    const changes = this.#deps.recent.after(from, SCAN_MAX)
    return this.join(changes, changes.length < SCAN_MAX ? head : (changes.at(-1)?.revision ?? head))
  }

  /** Joins changes into one block; `upTo` is where they end. */
  join(changes: readonly Change[], upTo: Revision): Block {
    const deliveries: Delivery[] = []
    for (const change of changes) {
      const type = this.typeOf(change)
      if (type !== undefined) deliveries.push({ change, type })
    }
    return this.#join(deliveries, upTo)
  }

  /** How a change looks from here; undefined when it does not concern this audience. */
  typeOf(change: Change): WatchEventType | undefined {
    const { key, before, now } = change
    const { target } = this.settings
    if (!key.startsWith(this.#prefix) || !fitsTarget(target, key)) return undefined
    const was = before !== undefined && this.#chooses(before)
    const is = now !== undefined && this.#chooses(now)
    if (is) return was ? 'MODIFIED' : 'ADDED'
    return was ? 'DELETED' : undefined
  }

  #chooses(object: CachedObject): boolean {
    const { selection } = this.settings.target
    return selection === undefined || selection.matches(attributesOf(object, this.#deps.attributesOf))
  }

  #join(deliveries: readonly Delivery[], upTo: Revision): Block {
    const frames: Uint8Array[] = []
    let bytes = 0
    for (const [index, { change, type }] of deliveries.entries()) {
      const frame = this.#frame(change, type, index === 0 && this.settings.isFirst)
      if (bytes > 0 && bytes + frame.length > BLOCK_BYTES_MAX) {
        return { bytes: concatenate(frames, bytes), upTo: deliveries[index - 1]?.change.revision ?? upTo }
      }
      frames.push(frame)
      bytes += frame.length
    }
    return { bytes: concatenate(frames, bytes), upTo }
  }

  #frame(change: Change, type: WatchEventType, isFirst: boolean): Uint8Array {
    const { encoding } = this.settings
    const key = `${isFirst ? 'first ' : ''}${type} ${encoding.key}`
    const known = change.frames.get(key)
    if (known) return known
    const shown = shownObject(change, type)
    assert(shown, 'an event shows an object')
    const encode = (isFirst && encoding.firstEvent) || encoding.event
    const frame = encode(type, shown)
    this.#deps.recent.keepFrame(change, key, frame)
    return frame
  }
}

/** Frames as one piece of memory; a single one as it is, since it may be shared. */
export function concatenate(frames: readonly Uint8Array[], bytes: number): Uint8Array | undefined {
  return frames.length > 1 ? Buffer.concat(frames, bytes) : frames[0]
}

/** The names that no key has, so that these places are apart from those of keys and prefixes. */
const named = (prefix: string, name: string) => `${prefix}*${name}`
const valued = (prefix: string, value: string) => `${prefix}?${value}`

function placeOf(target: Target, indexedField: string | undefined): string {
  const { cluster, namespace, name, selection } = target
  const over = cluster === undefined ? resourcePrefix(target) : clusterPrefix(target, cluster)
  if (name !== undefined) {
    return cluster === undefined || namespace === undefined
      ? named(over, name)
      : formatKey({ ...target, cluster, namespace, name })
  }
  const value = indexedField === undefined ? undefined : selection?.exact[indexedField]
  return value === undefined ? scopePrefix(target) : valued(over, value)
}

/** What a change is looked up by: its prefixes, and the name and field below them. */
export function placesOf(prefixes: readonly [string, string], name: string, values: ReadonlySet<string>): string[] {
  return prefixes.flatMap((prefix) => [named(prefix, name), ...[...values].map((value) => valued(prefix, value))])
}
