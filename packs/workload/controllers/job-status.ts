/** Writes the status of a job. */
import { sameMeaning } from '@muster/api/same-meaning.ts'
import type { Job, JobStatus } from '@muster/api/types/batch-v1.ts'
import type { Client } from '@muster/client/client.ts'
import { JOBS } from '@muster/client/kubernetes.ts'

/**
 * Writes what is not said yet, and nothing when all is. Throws Conflict when the job changed since it was seen: from an
 * old status a pod would be counted twice.
 */
export async function writeJobStatus(client: Client, { metadata, status = {} }: Job, next: JobStatus): Promise<void> {
  const [before, after] = [saidOf(status), saidOf(next)]
  const fields = [...new Set([...before.keys(), ...after.keys()])]
  const changed = fields.filter((field) => !sameMeaning(before.get(field), after.get(field)))
  if (changed.length === 0) return
  const { name = '', namespace = '', uid, resourceVersion } = metadata
  const value = {
    metadata: { uid, resourceVersion },
    status: Object.fromEntries(changed.map((field) => [field, after.get(field) ?? null])),
  }
  await client.resource(JOBS).patch({ namespace, name }, { patch: 'merge', value }, { subresource: 'status' })
}

/** Fields that a server does not keep when they say nothing. Of others a zero says something: it was counted. */
const OMITTED = new Set(['active', 'succeeded', 'failed', 'completedIndexes', 'conditions'])

function saidOf(status: JobStatus): Map<string, unknown> {
  const { uncountedTerminatedPods: uncounted, ...others } = status
  const said = new Map<string, unknown>(Object.entries(others).filter(([field, value]) => !isOmitted(field, value)))
  // A merge leaves alone what is not named: an empty list is named as null.
  const listed = (uids: readonly string[] = []) => (uids.length === 0 ? null : uids)
  if (uncounted) {
    said.set('uncountedTerminatedPods', { succeeded: listed(uncounted.succeeded), failed: listed(uncounted.failed) })
  }
  return said
}

const isOmitted = (field: string, value: unknown): boolean =>
  OMITTED.has(field) && (value === 0 || value === '' || (Array.isArray(value) && value.length === 0))
