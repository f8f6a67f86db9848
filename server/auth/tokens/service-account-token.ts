/**
 * Tokens of service accounts, checked against what is there now: the account, and the object that a token is bound to.
 * A token is good no longer than these are, whatever it says itself.
 * Source: kubernetes pkg/serviceaccount/{jwt,claims}.go.
 */

import { goQuote } from '@muster/api/go-text.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { type GroupResource, notFound } from '@muster/api/status.ts'
import type { Instant } from '@muster/base/clock.ts'
import { core, type ObjectReads } from '../reads.ts'
import { type Claims, decodeClaims, LEEWAY_SECONDS, type ObjectRef, untimely, userOfClaims } from './claims.ts'
import { type Keyring, peek } from './keyring.ts'
import { refused, type TokenOutcome, UNKNOWN } from './outcome.ts'

/** What the tokens of one logical cluster are judged by. */
export interface TokenJudge {
  readonly issuer: string
  /** Whom tokens for this API are meant for; the issuer alone, where nothing else is set. */
  readonly audiences: readonly string[]
  readonly keyring: Keyring
  readonly reads: ObjectReads
}

/** Who a token stands for. `wanted` are the audiences that it should be meant for; those of this API when absent. */
export async function authenticateServiceAccount(
  token: string,
  { issuer, audiences: own, keyring, reads }: TokenJudge,
  now: Instant,
  wanted: readonly string[] = own,
): Promise<TokenOutcome> {
  if (peek(token)?.iss !== issuer) return UNKNOWN
  const opened = await keyring.open(token)
  if ('refused' in opened) return refused(opened.refused)
  const claims = decodeClaims(opened.claims)
  if (!claims || claims.issuer !== issuer)
    return refused(`token issuer ${goQuote(String(opened.claims.iss))} is invalid`)
  const audiences = meantFor(claims.audiences, own, wanted)
  if (typeof audiences === 'string') return refused(audiences)
  const why = untimely(claims, now) ?? (await whyGone(claims, reads, now))
  return why === undefined ? { outcome: 'known', user: userOfClaims(claims), audiences } : refused(why)
}

/** The audiences that a token and its reader have in common, or in words that there are none. A token for nobody in particular is for this API. */
export function meantFor(
  named: readonly string[],
  own: readonly string[],
  wanted: readonly string[],
): readonly string[] | string {
  const audiences = named.length === 0 ? own : named
  const common = audiences.filter((audience) => wanted.includes(audience))
  if (common.length > 0) return common
  return `token audiences ${sayList(audiences)} is invalid for the target audiences ${sayList(wanted)}`
}

const sayList = (words: readonly string[]): string => `[${words.map(goQuote).join(' ')}]`

const INVALIDATED = 'service account token has been invalidated'

/** In words what is no longer there; undefined when all of it is. */
async function whyGone({ kubernetes }: Claims, reads: ObjectReads, now: Instant): Promise<string | undefined> {
  const { namespace, serviceaccount, secret, pod, node } = kubernetes
  const account = await reads.get(core('serviceaccounts'), namespace, serviceaccount.name)
  if (!account) return notFound(core('serviceaccounts'), serviceaccount.name).message
  const { uid } = account.metadata
  if (uid !== serviceaccount.uid) return `service account UID (${uid}) does not match claim (${serviceaccount.uid})`
  if (isDeleted(account, now)) return `service account ${namespace}/${serviceaccount.name} has been deleted`

  const bound = async (resource: GroupResource, where: string, ref: ObjectRef, word: string) => {
    const object = await reads.get(resource, where, ref.name)
    if (!object) return INVALIDATED
    const own = object.metadata.uid
    if (own !== ref.uid) {
      return `${word} UID (${own}) does not match service account ${word.toLowerCase()} ref claim (${ref.uid})`
    }
    return isDeleted(object, now) ? INVALIDATED : undefined
  }
  return (
    (secret && (await bound(core('secrets'), namespace, secret, 'secret'))) ??
    (pod && (await bound(core('pods'), namespace, pod, 'pod'))) ??
    // A pod's token tells where the pod runs, and does not hang on it.
    (node && !pod ? await bound(core('nodes'), '', node, 'node') : undefined)
  )
}

/** True some time after the moment at which the object was to be gone. */
function isDeleted({ metadata: { deletionTimestamp } }: KubeObject, now: Instant): boolean {
  return deletionTimestamp !== undefined && Date.parse(deletionTimestamp) < now - LEEWAY_SECONDS * 1000
}
