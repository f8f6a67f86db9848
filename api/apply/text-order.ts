/** The order in which Go sorts strings: that of their UTF-8 bytes. Field sets are written in it, so bytes depend on it. */

/**
 * Negative, zero or positive, as bytes compare. JavaScript compares UTF-16 code units, which differs only where a
 * surrogate meets U+E000 and above: characters beyond the first 65,536 are written with surrogates, and come last.
 */
export function compareText(one: string, other: string): number {
  const length = Math.min(one.length, other.length)
  for (let at = 0; at < length; at++) {
    const unit = one.charCodeAt(at)
    const against = other.charCodeAt(at)
    if (unit !== against) return rankOf(unit) - rankOf(against)
  }
  return one.length - other.length
}

/** The surrogates moved behind all other code units. */
function rankOf(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}
