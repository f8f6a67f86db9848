/**
 * Which state a read is to be of. The table of Kubernetes, for what a list says of itself:
 *
 *     resourceVersion   no match, no limit   no match, limit   NotOlderThan       Exact
 *     (none)            newest               newest            refused            refused
 *     0                 any                  any               any                refused
 *     N                 not older than N     exactly N         not older than N   exactly N
 *
 * What is refused, whoever reads the query refuses: the combination is wrong whatever is stored.
 * Source: kubernetes.io "API Concepts", semantics for get and list; apiserver pkg/storage ValidateListOptions.
 */
import { goQuote } from '@muster/api/go-text.ts'
import { badRequest } from '@muster/api/status.ts'
import { assert } from '@muster/base/errors.ts'
import { isRevision } from '@muster/store/limits.ts'
import type { Revision } from '@muster/store/store.ts'
import { type ContinueToken, decodeContinue } from './continue-token.ts'

/** What a list says of the state that it wants. */
export interface ListVersion {
  /** 0 for no limit. */
  readonly limit: number
  readonly continue: string
  readonly resourceVersion: string
  readonly resourceVersionMatch: '' | 'Exact' | 'NotOlderThan'
}

/** Which state is read. */
export type ReadRule =
  /** All that was acknowledged before the read is in it. */
  | { readonly read: 'newest' }
  /** Whatever is at hand. */
  | { readonly read: 'any' }
  | { readonly read: 'not older'; readonly revision: Revision }
  | { readonly read: 'exact'; readonly revision: Revision }
  /** The next page of what was read before; of the newest state when the token says no revision. */
  | { readonly read: 'on'; readonly token: ContinueToken }

/** Which state a list is to be of. Throws BadRequest for what makes no sense. */
export function listRule({ limit, continue: token, resourceVersion, resourceVersionMatch }: ListVersion): ReadRule {
  if (token !== '') {
    const decoded = decodeContinue(token)
    if (resourceVersion !== '' && resourceVersion !== '0') {
      throw badRequest('specifying resource version is not allowed when using continue')
    }
    return { read: 'on', token: decoded }
  }
  const rule = getRule(resourceVersion)
  if (rule.read !== 'not older') {
    assert(resourceVersionMatch !== 'Exact', 'an exact list names a revision')
    return rule
  }
  const isExact = resourceVersionMatch === 'Exact' || (resourceVersionMatch === '' && limit > 0)
  return isExact ? { read: 'exact', revision: rule.revision } : rule
}

/** Which state a get is to be of. Throws BadRequest when the version is none. */
export function getRule(resourceVersion: string): Exclude<ReadRule, { readonly read: 'on' | 'exact' }> {
  if (resourceVersion === '') return { read: 'newest' }
  const revision = parseVersion(resourceVersion)
  if (typeof revision === 'string') {
    const why = `resourceVersion: Invalid value: ${goQuote(resourceVersion)}: ${revision}`
    throw badRequest(`invalid resource version: ${why}`)
  }
  return revision === 0 ? { read: 'any' } : { read: 'not older', revision }
}

/** The revision that a resourceVersion names, or what is wrong with it, in the words of Go. */
export function parseVersion(resourceVersion: string): Revision | string {
  const parsing = `strconv.ParseUint: parsing ${goQuote(resourceVersion)}`
  if (!/^\d+$/.test(resourceVersion)) return `${parsing}: invalid syntax`
  const revision = Number(resourceVersion)
  // The revisions of a store stay below 2^53, so what is above is nobody's.
  return isRevision(revision) ? (revision as Revision) : `${parsing}: value out of range`
}
