/**
 * Who may do what: the question, the answer, and the words in which a refusal is told.
 *
 *     (user, attributes) → allowed, because … | not allowed, perhaps because …
 *
 * Roles answer it (`rbac/`); system:masters may do everything without being asked, and a node may read what runs on it
 * without a role (`node/`).
 * Source: apiserver pkg/authorization/authorizer, pkg/endpoints/handlers/responsewriters/errors.go.
 */
import { goQuote } from '@muster/api/go-text.ts'
import { forbidden } from '@muster/api/status.ts'
import type { PolicyRule } from '@muster/api/types/rbac-v1.ts'
import type { ControlError } from '@muster/base/errors.ts'
import type { User } from './user.ts'

/** What is asked for, as authorization sees it. */
export type Attributes =
  | {
      readonly about: 'resource'
      readonly verb: string
      readonly group: string
      readonly resource: string
      /** Empty for the object itself. */
      readonly subresource: string
      /** Empty for what has no namespace, and for all namespaces at once. */
      readonly namespace: string
      /** Empty for a collection. */
      readonly name: string
      /** What is listed, watched or deleted together is chosen by this; absent where nothing is. */
      readonly fieldSelector?: string
    }
  | { readonly about: 'path'; readonly verb: string; readonly path: string }

/** A question about a resource, with what is usual left out. */
export const aboutResource = (
  asked: Partial<Omit<Extract<Attributes, { about: 'resource' }>, 'about'>> & { readonly verb: string },
): Attributes => ({ about: 'resource', group: '', resource: '', subresource: '', namespace: '', name: '', ...asked })

/** The answer. Without a reason, the reason is empty. */
export interface Verdict {
  readonly allowed: boolean
  readonly reason: string
}

/** What somebody may do, as a list. */
export interface HeldRules {
  readonly rules: readonly PolicyRule[]
  /** In words which roles were missing, or what cannot be listed. Empty when nothing is. */
  readonly error: string
  /** True when the user may do more than that. */
  readonly incomplete?: true
}

/** Answers questions about one logical cluster. */
export interface Authorizer {
  authorize(user: User, attributes: Attributes): Verdict
  /** Every rule that holds for a user in a namespace. */
  rulesFor(user: User, namespace: string): HeldRules
}

/** The 403 that a client gets: `pods "x" is forbidden: User "u" cannot get resource "pods" in API group "" …`. */
export function forbiddenBy(user: User, attributes: Attributes, reason: string): ControlError {
  const why = escapeHtml(sayForbidden(user, attributes)) + (reason === '' ? '' : `: ${reason}`)
  if (attributes.about === 'path') return forbidden({ group: '', resource: '' }, '', why)
  return forbidden({ group: attributes.group, resource: attributes.resource }, attributes.name, why)
}

function sayForbidden({ username }: User, attributes: Attributes): string {
  if (attributes.about === 'path') {
    return `User ${goQuote(username)} cannot ${attributes.verb} path ${goQuote(attributes.path)}`
  }
  const { verb, group, resource, subresource, namespace } = attributes
  const what = subresource === '' ? resource : `${resource}/${subresource}`
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${goQuote(namespace)}`
  return `User ${goQuote(username)} cannot ${verb} resource ${goQuote(what)} in API group ${goQuote(group)} ${where}`
}

/** So that an error never looks like a page to a browser. */
const escapeHtml = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
