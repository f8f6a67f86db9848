/**
 * Hashes of templates in names and labels, replaced by the step that they came with: Kubernetes hashes what Go prints of
 * its own structures, and nobody else can come to the same text; what counts is which template has which.
 */
import { isObject } from '@muster/api/schema/json.ts'
import type { Pictured, Played } from './scenario.ts'

/** The labels that tell it: of ReplicaSets, and of the revisions of DaemonSets. */
const LABELS: Readonly<Record<string, readonly string[]>> = {
  ReplicaSet: ['pod-template-hash'],
  ControllerRevision: ['controller-revision-hash'],
}

/** The same, with `{{hash-2}}` for the hash that step 2 brought. */
export function withoutHashes(played: Played): Played {
  const found = new Map<string, string>()
  for (const pictured of played.steps.flatMap(({ objects }) => objects)) {
    const hash = hashOf(pictured)
    if (hash !== undefined && !found.has(hash)) found.set(hash, `{{hash-${sinceOf(pictured)}}}`)
  }
  if (found.size === 0) return played
  const hashes = new RegExp([...found.keys()].join('|'), 'g')
  return JSON.parse(JSON.stringify(played).replace(hashes, (hash) => found.get(hash) ?? hash))
}

function hashOf({ kind, object }: Pictured): string | undefined {
  if (!isObject(object) || !isObject(object.metadata) || !isObject(object.metadata.labels)) return undefined
  const { labels } = object.metadata
  const values = (LABELS[kind] ?? []).map((label) => labels[label])
  // A set that somebody else made has none.
  return values.find((value) => typeof value === 'string' && value !== '') as string | undefined
}

const sinceOf = ({ object }: Pictured): string => (isObject(object) ? String(object.since) : '')
