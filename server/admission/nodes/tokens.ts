/**
 * A node gets tokens for the pods that it runs, and for the audiences that they ask for.
 * Source: kubernetes plugin/pkg/admission/noderestriction admitServiceAccount. Volumes of drivers that were once part of
 * Kubernetes, and are translated there into those of CSI drivers, give no audience here.
 */
import { goQuote } from '@muster/api/go-text.ts'
import { notFound } from '@muster/api/status.ts'
import type { TokenRequest } from '@muster/api/types/authentication-v1.ts'
import type { PersistentVolume, PersistentVolumeClaim, Pod, Volume } from '@muster/api/types/core-v1.ts'
import type { CSIDriver } from '@muster/api/types/storage-v1.ts'
import { isControlError } from '@muster/base/errors.ts'
import { aboutResource } from '../../auth/authorization.ts'
import { claimOf } from '../../auth/node/references.ts'
import { core, isKind } from '../../auth/reads.ts'
import { type AdmissionContext, type AdmissionReads, type AdmissionRequest, refusal } from '../admission.ts'

const isTokenRequest = isKind<TokenRequest>('authentication.k8s.io/v1', 'TokenRequest')
const isPod = isKind<Pod>('v1', 'Pod')
const isClaim = isKind<PersistentVolumeClaim>('v1', 'PersistentVolumeClaim')
const isVolume = isKind<PersistentVolume>('v1', 'PersistentVolume')
const isDriver = isKind<CSIDriver>('storage.k8s.io/v1', 'CSIDriver')

/** Throws what refuses a node the token that it asks for. */
export async function restrictToken(node: string, request: AdmissionRequest, context: AdmissionContext): Promise<void> {
  if (request.verb !== 'create' || request.subresource !== 'token' || !isTokenRequest(request.object)) return
  const { boundObjectRef: bound, audiences } = request.object.spec ?? {}
  if (bound?.apiVersion !== 'v1' || bound.kind !== 'Pod' || !bound.name) {
    throw refusal(request, 'node requested token not bound to a pod')
  }
  if (!bound.uid) throw refusal(request, 'node requested token with a pod binding without a uid')
  const pod = await context.reads.get(core('pods'), request.namespace, bound.name)
  if (!pod || !isPod(pod)) throw notFound(core('pod'), bound.name)
  if (bound.uid !== pod.metadata.uid) {
    const what = `the UID in the bound object reference (${bound.uid}) does not match the UID in record`
    throw refusal(request, `${what}. The object might have been deleted and then recreated`)
  }
  if (pod.spec?.nodeName !== node) {
    throw refusal(request, 'node requested token bound to a pod scheduled on a different node')
  }
  const why = await refusesAudience(request, pod, audiences ?? [], context)
  if (why !== undefined) throw refusal(request, why)
}

/** In words why a node does not get a token for an audience; undefined when a volume of the pod, or a role, gives it. */
async function refusesAudience(
  request: AdmissionRequest,
  pod: Pod,
  audiences: readonly string[],
  { reads, authorizer }: AdmissionContext,
): Promise<string | undefined> {
  const [audience = '', ...more] = audiences
  if (more.length > 0) return 'node may only request 0 or 1 audiences'
  const troubles: string[] = []
  for (const volume of pod.spec?.volumes ?? []) {
    try {
      if (await givesAudience(pod, volume, audience, reads)) return undefined
    } catch (error) {
      if (!isControlError(error)) throw error
      troubles.push(error.message)
    }
  }
  if (troubles.length > 0) {
    const [first = '', ...others] = new Set(troubles)
    const all = others.length === 0 ? first : `[${[first, ...others].join(', ')}]`
    return `error validating audience ${goQuote(audience)}: ${all}`
  }
  const { namespace, name, user } = request
  const asked = aboutResource({ verb: 'request-serviceaccounts-token-audience', resource: audience, namespace, name })
  if (authorizer.authorize(user, asked).allowed) return undefined
  const who = `${user.username} is not authorized to request tokens for this audience`
  return `audience ${goQuote(audience)} not found in pod spec volume, ${who}`
}

/** A volume that holds a token for the audience, or whose driver asks for one. Throws NotFound. */
async function givesAudience(pod: Pod, volume: Volume, audience: string, reads: AdmissionReads): Promise<boolean> {
  const sources = volume.projected?.sources ?? []
  if (sources.some(({ serviceAccountToken: own }) => own && (own.audience ?? '') === audience)) return true
  const name = volume.csi?.driver ?? (await driverOfClaim(pod, volume, reads))
  if (!name) return false
  const driver = await reads.get({ group: 'storage.k8s.io', resource: 'csidrivers' }, '', name)
  if (!driver || !isDriver(driver)) throw notFound({ group: 'storage.k8s.io', resource: 'csidriver' }, name)
  return (driver.spec.tokenRequests ?? []).some((one) => one.audience === audience)
}

async function driverOfClaim(pod: Pod, volume: Volume, reads: AdmissionReads): Promise<string | undefined> {
  const claimName = claimOf(pod, volume)
  if (claimName === undefined) return undefined
  const claim = await reads.get(core('persistentvolumeclaims'), pod.metadata.namespace ?? '', claimName)
  if (!claim || !isClaim(claim)) throw notFound(core('persistentvolumeclaim'), claimName)
  const { volumeName = '' } = claim.spec ?? {}
  const found = await reads.get(core('persistentvolumes'), '', volumeName)
  if (!found || !isVolume(found)) throw notFound(core('persistentvolume'), volumeName)
  return found.spec?.csi?.driver
}
