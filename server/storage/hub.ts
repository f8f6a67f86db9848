/**
 * Everybody who watches one resource, and who of them is told of a change.
 *
 *     change ──► audiences at its key, its prefixes, its name, its node ──► those of them who wait
 *                                                                           │ a slice, a pause, a slice ...
 *                                                                           ▼
 *                                                        each takes all there is for it, as one block
 *
 * A change costs those whom it may concern: watchers are looked up, never gone through. A watcher that is busy with
 * what it was given costs nothing at all: it is a cursor, and takes what has come meanwhile when it is ready.
 */
import type { Clock } from '@muster/base/clock.ts'
import type { Revision } from '@muster/store/store.ts'
import type { Alarms } from './alarms.ts'
import { Audience, type AudienceSettings, audienceKey, placesOf } from './audience.ts'
import type { CacheWatchers, ResourceCache } from './cache.ts'
import { attributesOf } from './cached-object.ts'
import type { Change } from './change.ts'
import { clusterPrefixOf, nameOf, namespacePrefixOf } from './key.ts'
import type { Past } from './past.ts'
import type { AttributesOf } from './selection.ts'
import type { WatchStream } from './watch-stream.ts'

/** What the watches of one resource are made of. */
export interface HubDeps {
  readonly cache: ResourceCache
  readonly past: Past
  readonly alarms: Alarms
  readonly clock: Clock
  readonly attributesOf: AttributesOf
  readonly indexedField: string | undefined
  /** Lets others of this thread have their turn. */
  readonly pause: () => Promise<void>
}

/** An audience of watches. */
export type StreamAudience = Audience<WatchStream>

/** Watchers told between two pauses: a write to a socket takes some ten microseconds. */
const TOLD_PER_SLICE = 256

/** One for each resource that is watched. */
export class Hub implements CacheWatchers {
  readonly deps: HubDeps
  readonly #audiences = new Map<string, StreamAudience>()
  readonly #places = new Map<string, Set<StreamAudience>>()
  readonly #streams = new Set<WatchStream>()
  /** Those who are to be told, in order. */
  #due: WatchStream[] = []
  /** Audiences whose members share what they are being told. */
  readonly #concerned = new Set<StreamAudience>()
  #isTelling = false

  constructor(deps: HubDeps) {
    this.deps = deps
    deps.cache.watchers = this
  }

  /** Everything up to here can be told. */
  get head(): Revision {
    return this.deps.cache.revision
  }

  /** How many watch. */
  get size(): number {
    return this.#streams.size
  }

  /** One more watches. Answers the audience that it is of. */
  enter(stream: WatchStream, settings: AudienceSettings): StreamAudience {
    this.#streams.add(stream)
    return this.#join(settings)
  }

  /** It is of another audience now. */
  move(from: StreamAudience, to: AudienceSettings): StreamAudience {
    const audience = this.#join(to)
    this.#part(from)
    return audience
  }

  /** It watches no more. Said again, it means nothing. */
  leave(stream: WatchStream, audience: StreamAudience): void {
    if (!this.#streams.delete(stream)) return
    audience.waiting.delete(stream)
    this.#part(audience)
    this.deps.alarms.cancel(stream)
  }

  changed(changes: readonly Change[], before: Revision): void {
    if (this.#places.size === 0) return
    const { head } = this
    const concerned = new Set<StreamAudience>()
    for (const change of changes) {
      for (const place of this.#placesOf(change)) {
        for (const audience of this.#places.get(place) ?? []) {
          if (audience.gather(change, before, head)) concerned.add(audience)
        }
      }
    }
    for (const audience of concerned) {
      for (const stream of audience.waiting) {
        stream.isBehind(before)
        this.#due.push(stream)
      }
      audience.waiting.clear()
      this.#concerned.add(audience)
    }
    this.#tell()
  }

  /** Tells one stream, which does not wait any more, when its turn comes. */
  tellSoon(stream: WatchStream): void {
    this.#due.push(stream)
    this.#tell()
  }

  lost(): void {
    for (const stream of [...this.#streams]) stream.failAsPassed()
  }

  /** Ends the watches of one logical cluster and those over all of them; all when none is named. */
  close(cluster?: string): void {
    for (const stream of [...this.#streams]) {
      const own = stream.settings.target.cluster
      if (cluster === undefined || own === undefined || own === cluster) stream.finish()
    }
  }

  #join(settings: AudienceSettings): StreamAudience {
    const key = audienceKey(settings)
    const known = this.#audiences.get(key)
    const audience = known ?? new Audience<WatchStream>(settings, { ...this.deps, recent: this.deps.cache.recent })
    if (!known) {
      this.#audiences.set(key, audience)
      const place = this.#places.get(audience.place) ?? new Set()
      this.#places.set(audience.place, place.add(audience))
    }
    audience.members++
    return audience
  }

  #part(audience: StreamAudience): void {
    if (--audience.members > 0) return
    this.#audiences.delete(audienceKey(audience.settings))
    const place = this.#places.get(audience.place)
    place?.delete(audience)
    if (place?.size === 0) this.#places.delete(audience.place)
  }

  #tell(): void {
    if (!this.#isTelling) void this.#tellSlices()
  }

  async #tellSlices(): Promise<void> {
    this.#isTelling = true
    try {
      for (let told = 0; told < this.#due.length; ) {
        const end = Math.min(this.#due.length, told + TOLD_PER_SLICE)
        while (told < end) this.#due[told++]?.wake()
        if (told < this.#due.length) await this.deps.pause()
      }
    } finally {
      this.#due = []
      for (const audience of this.#concerned) audience.forgetNews()
      this.#concerned.clear()
      this.#isTelling = false
    }
  }

  #placesOf(change: Change): string[] {
    const { key } = change
    const inCluster = clusterPrefixOf(key)
    const resource = this.deps.cache.prefix
    return [
      resource,
      inCluster,
      namespacePrefixOf(key),
      key,
      ...placesOf([resource, inCluster], nameOf(key), this.#valuesOf(change)),
    ]
  }

  /** What the indexed field held before and holds now. */
  #valuesOf({ before, now }: Change): ReadonlySet<string> {
    const { indexedField, attributesOf: workOut } = this.deps
    const values = new Set<string>()
    if (indexedField === undefined) return values
    for (const object of [before, now]) {
      if (object) values.add(attributesOf(object, workOut).fields[indexedField] ?? '')
    }
    return values
  }
}
