/** What one version changed against the one before, in a few words. */
import type { Version } from '@muster/store/store.ts'
import { textOf } from '../store-api/value.ts'
import type { Glyphs } from '../terminal/glyphs.ts'
import { visible } from '../terminal/width.ts'
import { showValue } from './show-value.ts'

/** Fields that are named before the rest is only counted. */
const FIELDS_NAMED_MAX = 3

/** The change that `version` made; `before` is the version right before it, if it is known. */
export function describeChange(
  version: Version,
  before: Version | undefined,
  { arrow }: Pick<Glyphs, 'arrow'>,
): string {
  const old = before?.version === 'put' ? before.entry.value : undefined
  // Versions in between are gone, so what changed in this one alone cannot be told.
  if (version.gapBefore) return version.version === 'put' ? `(gap) ${showValue(version.entry.value)}` : '(gap) deleted'
  if (version.version === 'deleted') return old ? `deleted ${showValue(old)}` : 'deleted'
  const { value } = version.entry
  if (!old) return `created ${showValue(value)}`
  if (Buffer.compare(old, value) === 0) return 'same value'
  const fields = changedFields(parsed(old), parsed(value), '')
  if (!fields) return `${showValue(old)} ${arrow} ${showValue(value)}`
  const named = fields
    .slice(0, FIELDS_NAMED_MAX)
    .map(({ path, from, to }) => `${path}: ${shown(from)} ${arrow} ${shown(to)}`)
  const more = fields.length - named.length
  return [...named, ...(more > 0 ? [`and ${more} more`] : [])].join(', ')
}

interface FieldChange {
  readonly path: string
  readonly from: unknown
  readonly to: unknown
}

/** The fields in which two objects differ; undefined when they are not both objects. */
function changedFields(from: unknown, to: unknown, path: string): readonly FieldChange[] | undefined {
  if (!isRecord(from) || !isRecord(to)) return undefined
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])]
  return names.flatMap((name) => {
    const [before, after] = [from[name], to[name]]
    if (JSON.stringify(before) === JSON.stringify(after)) return []
    return (
      changedFields(before, after, `${path}.${name}`) ?? [{ path: visible(`${path}.${name}`), from: before, to: after }]
    )
  })
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const shown = (value: unknown): string => (value === undefined ? 'nothing' : visible(JSON.stringify(value)))

function parsed(value: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(value) ?? '')
  } catch {
    return undefined
  }
}
