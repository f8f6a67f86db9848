/**
 * What a token of a service account says.
 *
 *     iss, sub, aud, exp, nbf, iat, jti                        whose, for whom, from when to when
 *     kubernetes.io: { namespace, serviceaccount, pod, … }     and what must still be there for it to be good
 *
 * Source: kubernetes pkg/serviceaccount/claims.go.
 */
import type { JsonObject } from '@muster/api/object.ts'
import { isObject } from '@muster/api/schema/json.ts'
import type { Instant } from '@muster/base/clock.ts'
import { EXTRA, serviceAccountGroups, serviceAccountUsername, type User } from '../user.ts'

/** Names one object for good. */
export interface ObjectRef {
  readonly name: string
  readonly uid: string
}

/** What Kubernetes adds to a token. */
export interface KubernetesClaims {
  readonly namespace: string
  readonly serviceaccount: ObjectRef
  readonly pod?: ObjectRef
  readonly secret?: ObjectRef
  readonly node?: ObjectRef
  /** Seconds since the epoch: later than this the token should have been replaced, and still works. */
  readonly warnafter?: number
}

/** The claims of a token, times in seconds since the epoch. */
export interface Claims {
  readonly issuer: string
  readonly audiences: readonly string[]
  readonly expiresAt?: number
  readonly notBefore?: number
  readonly issuedAt?: number
  readonly id?: string
  readonly kubernetes: KubernetesClaims
}

/** The payload of a token. */
export function encodeClaims({ issuer, audiences, expiresAt, notBefore, issuedAt, id, kubernetes }: Claims) {
  const { namespace, serviceaccount } = kubernetes
  return {
    aud: [...audiences],
    ...(expiresAt === undefined ? {} : { exp: expiresAt }),
    ...(issuedAt === undefined ? {} : { iat: issuedAt }),
    iss: issuer,
    ...(id === undefined ? {} : { jti: id }),
    'kubernetes.io': { ...kubernetes },
    ...(notBefore === undefined ? {} : { nbf: notBefore }),
    sub: serviceAccountUsername(namespace, serviceaccount.name),
  }
}

/** The inverse of {@link encodeClaims}; undefined when the payload is of another form. */
export function decodeClaims(payload: JsonObject): Claims | undefined {
  const { iss, aud, exp, nbf, iat, jti } = payload
  const kubernetes = decodeKubernetes(objectIn(payload, 'kubernetes.io'))
  if (typeof iss !== 'string' || !kubernetes) return undefined
  const audiences = typeof aud === 'string' ? [aud] : Array.isArray(aud) ? aud.map(String) : []
  return {
    issuer: iss,
    audiences,
    ...(typeof exp === 'number' ? { expiresAt: exp } : {}),
    ...(typeof nbf === 'number' ? { notBefore: nbf } : {}),
    ...(typeof iat === 'number' ? { issuedAt: iat } : {}),
    ...(typeof jti === 'string' ? { id: jti } : {}),
    kubernetes,
  }
}

/** The tolerance for clocks that differ, in seconds. Source: go-jose jwt.DefaultLeeway. */
export const LEEWAY_SECONDS = 60

/** In words why a token is not good at this time; undefined when it is. */
export function untimely({ expiresAt, notBefore, issuedAt }: Claims, now: Instant): string | undefined {
  const seconds = now / 1000
  if (notBefore !== undefined && seconds + LEEWAY_SECONDS < notBefore) return 'service account token is not valid yet'
  if (expiresAt !== undefined && seconds - LEEWAY_SECONDS > expiresAt) return 'service account token has expired'
  if (issuedAt !== undefined && seconds + LEEWAY_SECONDS < issuedAt)
    return 'service account token is issued in the future'
  return undefined
}

/** The user that a token stands for. */
export function userOfClaims({
  id,
  kubernetes: { namespace, serviceaccount, pod, node },
}: Pick<Claims, 'id' | 'kubernetes'>): User {
  const extra = {
    ...(pod && { [EXTRA.podName]: [pod.name], [EXTRA.podUid]: [pod.uid] }),
    ...(id ? { [EXTRA.credentialId]: [`JTI=${id}`] } : {}),
    ...(node && { [EXTRA.nodeName]: [node.name], ...(node.uid && { [EXTRA.nodeUid]: [node.uid] }) }),
  }
  return {
    username: serviceAccountUsername(namespace, serviceaccount.name),
    uid: serviceaccount.uid,
    groups: serviceAccountGroups(namespace),
    ...(Object.keys(extra).length > 0 && { extra }),
  }
}

function decodeKubernetes(object: JsonObject | undefined): KubernetesClaims | undefined {
  const namespace = object?.namespace
  const serviceaccount = refIn(object, 'serviceaccount')
  if (!object || typeof namespace !== 'string' || !serviceaccount) return undefined
  const [pod, secret, node] = [refIn(object, 'pod'), refIn(object, 'secret'), refIn(object, 'node')]
  const { warnafter } = object
  return {
    namespace,
    serviceaccount,
    ...(pod && { pod }),
    ...(secret && { secret }),
    ...(node && { node }),
    ...(typeof warnafter === 'number' ? { warnafter } : {}),
  }
}

function refIn(object: JsonObject | undefined, field: string): ObjectRef | undefined {
  const found = object && objectIn(object, field)
  if (!found) return undefined
  const { name, uid } = found
  return { name: typeof name === 'string' ? name : '', uid: typeof uid === 'string' ? uid : '' }
}

function objectIn(object: JsonObject, field: string): JsonObject | undefined {
  const value = object[field]
  return isObject(value) ? value : undefined
}
