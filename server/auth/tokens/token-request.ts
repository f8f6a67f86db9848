/**
 * TokenRequest: a fresh token for a service account, perhaps bound to a pod, a secret or a node.
 * Source: kubernetes pkg/registry/core/serviceaccount/storage/token.go.
 */
import { type FieldError, invalid as invalidField } from '@muster/api/field-error.ts'
import { goQuote } from '@muster/api/go-text.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { badRequest, conflict, type GroupResource, invalid, notFound } from '@muster/api/status.ts'
import { timestamp } from '@muster/api/time.ts'
import type { TokenRequest } from '@muster/api/types/authentication-v1.ts'
import type { Pod } from '@muster/api/types/core-v1.ts'
import { add, type Instant, seconds } from '@muster/base/clock.ts'
import { core, isKind, type ObjectReads } from '../reads.ts'
import { encodeClaims, type KubernetesClaims, type ObjectRef } from './claims.ts'
import type { TokenJudge } from './service-account-token.ts'

/** What a token is made with, besides what was asked for. */
export interface TokenMaking {
  readonly judge: TokenJudge
  readonly now: Instant
  /** A fresh UUID: the name of this one token. */
  readonly id: string
  /** Longer ones are shortened, with a warning; no limit when absent. */
  readonly expirationSecondsMax?: number
}

/** An hour. Source: kubernetes pkg/apis/authentication/v1/defaults.go. */
export const EXPIRATION_SECONDS_DEFAULT = 3600
const EXPIRATION_SECONDS_MIN = 600
const EXPIRATION_SECONDS_MAX = 2 ** 32

/** What the volume of every pod asks for; old clients that never read it again get a year in its place. */
export const VOLUME_EXPIRATION_SECONDS = 3607
const EXTENDED_SECONDS = 365 * 24 * 3600

const KIND = { group: 'authentication.k8s.io', kind: 'TokenRequest' }
const RESOURCE: GroupResource = { group: KIND.group, resource: KIND.kind }

/**
 * The request with its token, and warnings for the client. `name` is the service account that the path names.
 * Throws Invalid, NotFound (the account, or what the token is to be bound to), Conflict (another UID), BadRequest.
 */
export async function requestToken(
  request: TokenRequest,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  { judge, now, id, expirationSecondsMax }: TokenMaking,
): Promise<{ readonly request: TokenRequest; readonly warnings: readonly string[] }> {
  refuseIf(name, mismatches(request, namespace, name))
  const account = await found(judge.reads, core('serviceaccounts'), namespace, name)
  const uid = account.metadata.uid ?? ''
  const asked = request.metadata.uid
  if (asked && asked !== uid) {
    throw conflict(
      RESOURCE,
      name,
      `the UID in the token request (${asked}) does not match the UID of the service account (${uid})`,
    )
  }
  const { spec } = request
  // A client in Go sends null for what it leaves out.
  const expirationSeconds = spec?.expirationSeconds ?? EXPIRATION_SECONDS_DEFAULT
  const audiences = spec?.audiences ?? []
  const boundObjectRef = spec?.boundObjectRef ?? undefined
  refuseIf('', checkExpiration(expirationSeconds))
  const bound = boundObjectRef ? await bind(boundObjectRef, namespace, name, judge.reads) : {}

  const isShortened = expirationSecondsMax !== undefined && expirationSeconds > expirationSecondsMax
  const granted = isShortened ? expirationSecondsMax : expirationSeconds
  const wanted = audiences.length === 0 ? judge.audiences : audiences
  const isOld =
    'pod' in bound && granted === VOLUME_EXPIRATION_SECONDS && wanted.every((one) => judge.audiences.includes(one))
  const nowSeconds = Math.floor(now / 1000)
  const token = await judge.keyring.sign(
    encodeClaims({
      issuer: judge.issuer,
      audiences: wanted,
      expiresAt: nowSeconds + (isOld ? EXTENDED_SECONDS : granted),
      notBefore: nowSeconds,
      issuedAt: nowSeconds,
      id,
      kubernetes: {
        namespace,
        serviceaccount: { name, uid },
        ...bound,
        ...(isOld && { warnafter: nowSeconds + granted }),
      },
    }),
  )
  const warning = `requested expiration of ${expirationSeconds} seconds shortened to ${granted} seconds`
  return {
    request: {
      ...request,
      metadata: { ...request.metadata, name, namespace, uid, creationTimestamp: timestamp(now) },
      spec: { ...request.spec, audiences: [...wanted], expirationSeconds: granted },
      status: { token, expirationTimestamp: timestamp(add(now, seconds(granted))) },
    },
    warnings: isShortened ? [warning] : [],
  }
}

function mismatches({ metadata }: TokenRequest, namespace: string, name: string): FieldError[] {
  if (metadata.name && metadata.name !== name) {
    return [invalidField('metadata.name', metadata.name, 'must match the service account name if specified')]
  }
  if (metadata.namespace && metadata.namespace !== namespace) {
    return [
      invalidField('metadata.namespace', metadata.namespace, 'must match the service account namespace if specified'),
    ]
  }
  return []
}

function checkExpiration(expirationSeconds: number): FieldError[] {
  const path = 'spec.expirationSeconds'
  if (expirationSeconds < EXPIRATION_SECONDS_MIN) {
    return [invalidField(path, expirationSeconds, 'may not specify a duration less than 10 minutes')]
  }
  if (expirationSeconds > EXPIRATION_SECONDS_MAX) {
    return [invalidField(path, expirationSeconds, 'may not specify a duration larger than 2^32 seconds')]
  }
  return []
}

function refuseIf(name: string, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid(KIND, name, errors)
}

async function found(
  reads: ObjectReads,
  resource: GroupResource,
  namespace: string,
  name: string,
): Promise<KubeObject> {
  const object = await reads.get(resource, namespace, name)
  if (!object) throw notFound(resource, name)
  return object
}

type Bound = Pick<KubernetesClaims, 'pod' | 'secret' | 'node'>
const isPod = isKind<Pod>('v1', 'Pod')

/** What the token says of the object that it is bound to. */
async function bind(
  ref: { readonly apiVersion?: string; readonly kind?: string; readonly name?: string; readonly uid?: string },
  namespace: string,
  account: string,
  reads: ObjectReads,
): Promise<Bound> {
  const { apiVersion = '', kind = '', name = '', uid = '' } = ref
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
  const place = group === '' && Object.hasOwn(BINDABLE, kind) ? BINDABLE[kind] : undefined
  if (!place) {
    const version = apiVersion.slice(apiVersion.indexOf('/') + 1)
    throw badRequest(`cannot bind token to object of type ${group}/${version}, Kind=${kind}`)
  }
  const object = await found(reads, core(place.resource), place.namespaced ? namespace : '', name)
  if (isPod(object) && object.spec?.serviceAccountName !== account) {
    throw badRequest(
      `cannot bind token for serviceaccount ${goQuote(account)} to pod running with different serviceaccount name.`,
    )
  }
  const own = refOf(object)
  if (uid !== '' && uid !== own.uid) {
    const why = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`
    throw conflict({ group, resource: kind }, name, why)
  }
  return { [place.claim]: own, ...(isPod(object) ? await nodeOf(object, reads) : {}) }
}

const BINDABLE: Readonly<Record<string, { resource: string; claim: keyof Bound; namespaced: boolean }>> = {
  Pod: { resource: 'pods', claim: 'pod', namespaced: true },
  Node: { resource: 'nodes', claim: 'node', namespaced: false },
  Secret: { resource: 'secrets', claim: 'secret', namespaced: true },
}

/** Where the pod runs, for whoever reads the token: by its name alone when the node is not there. */
async function nodeOf({ spec }: Pod, reads: ObjectReads): Promise<Bound> {
  if (!spec?.nodeName) return {}
  const node = await reads.get(core('nodes'), '', spec.nodeName)
  return { node: node ? refOf(node) : { name: spec.nodeName, uid: '' } }
}

const refOf = ({ metadata }: KubeObject): ObjectRef => ({ name: metadata.name ?? '', uid: metadata.uid ?? '' })
