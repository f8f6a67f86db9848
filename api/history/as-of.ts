/** A moment in the past, as people write it: a time, or how long ago. */
import type { Instant } from '@muster/base/clock.ts'
import { readTime } from '../time.ts'

/** A moment, or what is wrong with the text. */
export type AsOf = { readonly at: Instant } | { readonly why: string }

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Reads `2026-11-23T03:00:00Z`, or `-10m`, `-1h30m`, `-2d`. */
export function readAsOf(text: string, now: Instant): AsOf {
  const [, ago] = /^-((?:\d+(?:\.\d+)?[smhd])+)$/.exec(text) ?? []
  if (ago !== undefined) {
    let length = 0
    for (const [, count, unit] of ago.matchAll(/(\d+(?:\.\d+)?)([smhd])/g))
      length += Number(count) * (UNITS[unit ?? ''] ?? 0)
    return { at: Math.round(now - length) as Instant }
  }
  // A `+` of an offset that was not percent-encoded has become a space on its way.
  const time = readTime(text.replace(/ (?=\d\d:\d\d$)/, '+'))
  if (!time.read) {
    return { why: `"${text}" is no time such as 2026-11-23T03:00:00Z, and no length of time ago such as -10m or -2h` }
  }
  if (time.at > now) return { why: `"${text}" lies in the future` }
  return { at: time.at }
}
