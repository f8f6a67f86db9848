/** Versions by semver.org 2.0.0, in the words of github.com/blang/semver/v4, which Kubernetes uses. */

/** A version. Of two with one precedence, build metadata says no difference. */
export interface Version {
  readonly major: bigint
  readonly minor: bigint
  readonly patch: bigint
  readonly prerelease: readonly string[]
  /** Without build metadata: what makes two versions equal. */
  readonly text: string
}

const CORE = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?$/

/** Reads a version; with `normalise` also `v1.2`. */
export function readVersion(text: string, normalise: boolean): Version | { readonly why: string } {
  const asked = normalise ? normal(text) : text
  if (asked === '') return { why: 'Version string empty' }
  const found = CORE.exec(asked)
  const [, major = '', minor = '', patch = '', before = '', build = ''] = found ?? []
  const prerelease = before === '' ? [] : before.split('.')
  if (!found) return { why: whyNot(asked) }
  const empty = [...prerelease, ...(build === '' ? [] : build.split('.'))].some((part) => part === '')
  if (empty) return { why: 'Prerelease is empty' }
  const zero = prerelease.find((part) => /^0\d+$/.test(part))
  if (zero !== undefined) return { why: `Numeric PreRelease version must not contain leading zeroes "${zero}"` }
  return {
    major: BigInt(major),
    minor: BigInt(minor),
    patch: BigInt(patch),
    prerelease,
    text: asked.replace(/\+.*$/, ''),
  }
}

function whyNot(text: string): string {
  const [major = '', minor, patch] = text.split('.')
  if (minor === undefined || patch === undefined) return 'No Major.Minor.Patch elements found'
  for (const [name, part] of [
    ['major', major],
    ['minor', minor],
    ['patch', patch.replace(/[-+].*$/, '')],
  ] as const) {
    const said = `${name[0]?.toUpperCase()}${name.slice(1)}`
    if (!/^\d*$/.test(part)) return `Invalid character(s) found in ${name} number "${part}"`
    if (part.length > 1 && part.startsWith('0')) return `${said} number must not contain leading zeroes "${part}"`
  }
  return `Invalid character(s) found in version "${text}"`
}

/** Without a leading v or zeros, and with all three numbers. Source: apiserver pkg/cel/library/semverlib.go normalizeAndParse. */
function normal(text: string): string {
  const [first = '', second, ...rest] = text.replace(/^v/, '').split('.')
  const parts = [first, ...(second === undefined ? [] : [second]), ...(rest.length > 0 ? [rest.join('.')] : [])]
  const trimmed = parts.map((part) => (part.length > 1 ? part.replace(/^0+/, '').replace(/^(?!\d)/, '0') : part))
  if (trimmed.length >= 3) return trimmed.join('.')
  const last = trimmed.at(-1) ?? ''
  if (/[+-]/.test(last)) return trimmed.join('.')
  return [...trimmed, ...['0', '0'].slice(0, 3 - trimmed.length)].join('.')
}

/** Below zero when the first comes first. */
export function compareVersions(one: Version, other: Version): number {
  for (const part of ['major', 'minor', 'patch'] as const) {
    if (one[part] !== other[part]) return one[part] < other[part] ? -1 : 1
  }
  const [mine, its] = [one.prerelease, other.prerelease]
  if (mine.length === 0 || its.length === 0) return its.length === mine.length ? 0 : mine.length === 0 ? 1 : -1
  for (let at = 0; at < Math.min(mine.length, its.length); at++) {
    const order = compareParts(mine[at] ?? '', its[at] ?? '')
    if (order !== 0) return order
  }
  return mine.length - its.length
}

/** Numbers come before words, and by their size. */
function compareParts(one: string, other: string): number {
  const [mine, its] = [/^\d+$/.test(one), /^\d+$/.test(other)]
  if (mine !== its) return mine ? -1 : 1
  if (mine) return BigInt(one) < BigInt(other) ? -1 : BigInt(one) > BigInt(other) ? 1 : 0
  return one < other ? -1 : one > other ? 1 : 0
}
