/**
 * Where a list goes on: the revision of its first page, and the key after its last object. Opaque to clients.
 * The form is that of Kubernetes, with one field more. Source: apiserver pkg/storage/continue.go.
 */
import { badRequest } from '@muster/api/status.ts'
import { isRevision } from '@muster/store/limits.ts'
import type { Revision } from '@muster/store/store.ts'

/** What a token says. */
export interface ContinueToken {
  /** Absent when the rest is to be read as it is now: the first page's state is no longer kept. */
  readonly revision?: Revision
  /** Relative to the prefix of the list, so that a token opens nothing else. */
  readonly start: string
  /** How many objects were left, when that is known. */
  readonly left?: number
}

const VERSION = 'meta.k8s.io/v1'

/** Stands for no revision: 0 would mean a token that was made wrongly. */
const NEWEST = -1

/** The text of a token: base64url of a JSON object, without padding. */
export function encodeContinue({ revision, start, left }: ContinueToken): string {
  const fields = { v: VERSION, rv: revision ?? NEWEST, start, ...(left !== undefined && { left }) }
  return Buffer.from(JSON.stringify(fields)).toString('base64url')
}

/** Reads a token that a client sent. Throws BadRequest when it is none. */
export function decodeContinue(text: string): ContinueToken {
  const { v, rv, start, left } = fieldsOf(text)
  if (v !== VERSION) {
    throw refused(`continue key is not valid: server does not recognize this encoded version ${v ?? ''}`)
  }
  if (typeof rv !== 'number' || rv === 0 || (rv !== NEWEST && !isRevision(rv))) {
    throw refused(`continue key is not valid: incorrect encoded start resourceVersion (version ${VERSION})`)
  }
  if (typeof start !== 'string' || start === '') {
    throw refused(`continue key is not valid: encoded start key empty (version ${VERSION})`)
  }
  return {
    start,
    ...(rv !== NEWEST && { revision: rv as Revision }),
    ...(typeof left === 'number' && isRevision(left) && { left }),
  }
}

function fieldsOf(text: string): Record<string, unknown> {
  // What is not base64url is left out by the decoder, and then seldom JSON.
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    if (typeof value === 'object' && value !== null) return { ...value }
  } catch (cause) {
    throw refused('continue key is not valid', cause)
  }
  throw refused('continue key is not valid')
}

const refused = (why: string, cause?: unknown) => badRequest(`invalid continue token: ${why}`, cause)
