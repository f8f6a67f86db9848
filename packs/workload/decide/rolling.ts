/**
 * How many pods old and new ReplicaSets of a Deployment may have while it goes from one to the other: numbers alone.
 *
 *     replicas 10, maxSurge 3, maxUnavailable 2
 *
 *     pods in all      ────────────┤ 13   the new set grows up to here
 *     available pods   ──────┤ 8          old sets shrink down to here
 *
 * Source: kubernetes pkg/controller/deployment/rolling.go, sync.go (scale) and util/deployment_util.go.
 */
import { scaleIntOrPercent } from '@muster/api/int-or-string.ts'
import type { Deployment } from '@muster/api/types/apps-v1.ts'

/** How many pods are wanted, and how many may be too many or missing. */
export interface Bounds {
  readonly replicas: number
  readonly surge: number
  readonly unavailable: number
}

/** One ReplicaSet: pods that it is to have, and pods that are available. */
export interface Part {
  readonly size: number
  readonly available: number
}

/** The bounds of a Deployment; one that recreates its pods has no room. */
export function boundsOf({ spec }: Deployment): Bounds {
  const replicas = spec?.replicas ?? 1
  const { type, rollingUpdate } = spec?.strategy ?? {}
  if (type !== 'RollingUpdate') return { replicas, surge: 0, unavailable: 0 }
  const surge = scaleIntOrPercent(rollingUpdate?.maxSurge ?? 0, replicas, 'up')
  const unavailable = scaleIntOrPercent(rollingUpdate?.maxUnavailable ?? 0, replicas, 'down')
  // Both may be rounded to nothing, and then nothing could move.
  const some = surge === 0 && unavailable === 0 ? 1 : unavailable
  return { replicas, surge, unavailable: Math.min(some, replicas) }
}

/** How many pods there may be, in all sets together. */
export const sizeMax = ({ replicas, surge }: Bounds): number => replicas + surge

/** The fewest pods that must be available. */
export const availableMin = ({ replicas, unavailable }: Bounds): number => replicas - unavailable

/** The next size of the new set; `others`: pods of all other sets. It only grows, but for what is wanted no more. */
export function grownSize(bounds: Bounds, size: number, others: number): number {
  if (size >= bounds.replicas) return bounds.replicas
  const room = sizeMax(bounds) - size - others
  return room <= 0 ? size : Math.min(size + room, bounds.replicas)
}

/**
 * The next sizes of the old sets, oldest first. Pods that are not available go first: nobody misses them, and they would
 * be in the way for ever. Pods of the new set that are not available yet count as missing already.
 */
export function shrunkSizes(bounds: Bounds, old: readonly Part[], newest: Part): readonly number[] {
  const min = availableMin(bounds)
  const total = sum(old.map(({ size }) => size)) + newest.size
  let spare = total - min - missing(newest)
  if (spare <= 0) return old.map(({ size }) => size)
  const healthy = old.map((part) => {
    const drop = Math.min(spare, missing(part))
    spare -= drop
    return part.size - drop
  })
  let room = Math.max(0, sum([...old, newest].map((part) => part.size - missing(part))) - min)
  return healthy.map((size) => {
    const drop = Math.min(size, room)
    room -= drop
    return size - drop
  })
}

/** A set while a Deployment is scaled in the middle of a rollout. */
export interface Share {
  readonly size: number
  /** The most pods that all sets could have when the set got its size; 0 when that is not known. */
  readonly maxBefore: number
}

/**
 * The sizes of all sets with pods when a Deployment is scaled between two revisions: each keeps its share, so that a
 * revision that turns out bad does not get more of it. What rounding leaves goes to the first, which is the largest.
 */
export function proportionalSizes(bounds: Bounds, shares: readonly Share[]): readonly number[] {
  const allowed = bounds.replicas > 0 ? sizeMax(bounds) : 0
  const toAdd = allowed - sum(shares.map(({ size }) => size))
  let added = 0
  const sizes = shares.map((share) => {
    const fraction = fractionOf(bounds, share)
    const left = toAdd - added
    const more = toAdd === 0 ? 0 : toAdd > 0 ? Math.min(fraction, left) : Math.max(fraction, left)
    added += more
    return share.size + more
  })
  return sizes.map((size, at) => (at === 0 ? Math.max(0, size + toAdd - added) : size))
}

function fractionOf(bounds: Bounds, { size, maxBefore }: Share): number {
  if (bounds.replicas === 0) return -size
  return maxBefore === 0 ? 0 : Math.round((size * sizeMax(bounds)) / maxBefore) - size
}

/** More may be available than are wanted, as long as those that are to go have not gone. */
const missing = ({ size, available }: Part): number => Math.max(0, size - available)

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
