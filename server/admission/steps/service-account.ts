/**
 * A pod acts as a service account of its namespace: `default` when it names none. It is given the account's token, the
 * cluster's certificate and its own namespace in a volume, and the account's secrets to pull images with.
 * Source: kubernetes plugin/pkg/admission/serviceaccount.
 */

import { goQuote } from '@muster/api/go-text.ts'
import { generateName } from '@muster/api/metadata/object-name.ts'
import type { Container, Pod, PodSpec, ServiceAccount, Volume } from '@muster/api/types/core-v1.ts'
import { milliseconds } from '@muster/base/clock.ts'
import { between } from '@muster/base/random.ts'
import { isMirror, secretNames } from '../../auth/node/references.ts'
import { core, isKind } from '../../auth/reads.ts'
import { VOLUME_EXPIRATION_SECONDS } from '../../auth/tokens/token-request.ts'
import { type AdmissionContext, type AdmissionRequest, type AdmissionStep, refusal } from '../admission.ts'
import { refusesToMount, usesTokenVolume } from './mountable-secrets.ts'

/** Where a container finds its token. */
export const TOKEN_MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount'
const TOKEN_VOLUME = 'kube-api-access'

const isPod = isKind<Pod>('v1', 'Pod')
const isServiceAccount = isKind<ServiceAccount>('v1', 'ServiceAccount')

/** The step. */
export const serviceAccount: AdmissionStep = {
  name: 'ServiceAccount',
  handles: (verb, { group, resource }, subresource) =>
    group === '' &&
    resource === 'pods' &&
    ((subresource === '' && verb === 'create') || (subresource === 'ephemeralcontainers' && verb === 'update')),
  mutate: async (request, context) => {
    if (request.verb !== 'create' || !isPod(request.object)) return undefined
    const pod = request.object
    if (isMirror(pod)) return refuseMirror(request, pod)
    const { spec } = pod
    if (!spec) return undefined
    const account = await accountOf(request, nameIn(spec) || 'default', context)
    const { name = '' } = account.metadata
    spec.serviceAccountName = name
    spec.serviceAccount = name
    if (spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) mountToken(spec, context)
    const pullSecrets = account.imagePullSecrets ?? []
    if (!spec.imagePullSecrets?.length && pullSecrets.length > 0) {
      spec.imagePullSecrets = pullSecrets.map((secret) => ({ name: secret.name ?? '' }))
    }
    return undefined
  },
  validate: async (request, context) => {
    if ((request.verb !== 'create' && request.verb !== 'update') || !isPod(request.object)) return undefined
    const pod = request.object
    if (request.verb === 'create' && isMirror(pod)) return refuseMirror(request, pod)
    const name = nameIn(pod.spec)
    if (name === '') {
      throw refusal(request, `no service account specified for pod ${request.namespace}/${pod.metadata.name ?? ''}`)
    }
    const why = refusesToMount(await accountOf(request, name, context), pod, request.verb === 'update')
    if (why !== undefined) throw refusal(request, why)
    return undefined
  },
}

const nameIn = (spec: PodSpec | undefined): string => spec?.serviceAccountName || spec?.serviceAccount || ''

function refuseMirror(request: AdmissionRequest, pod: Pod): undefined {
  if (nameIn(pod.spec) !== '') throw refusal(request, 'a mirror pod may not reference service accounts')
  if (secretNames(pod).length > 0) throw refusal(request, 'a mirror pod may not reference secrets')
  if (usesTokenVolume(pod)) throw refusal(request, 'a mirror pod may not use ServiceAccountToken volume projections')
}

/** Whoever makes a namespace makes its default account; a pod that comes a moment later waits for it. */
const DEFAULT_TRIES_MAX = 10

async function accountOf(
  request: AdmissionRequest,
  name: string,
  { reads, clock, random }: AdmissionContext,
): Promise<ServiceAccount> {
  const tries = name === 'default' ? DEFAULT_TRIES_MAX : 1
  for (let tried = 0; tried < tries; tried++) {
    if (tried > 0) await clock.sleep(milliseconds(between(random, 100, 200)))
    const account = await reads.get(core('serviceaccounts'), request.namespace, name)
    if (account && isServiceAccount(account)) return account
  }
  const why = `serviceaccount ${goQuote(name)} not found`
  throw refusal(request, `error looking up service account ${request.namespace}/${name}: ${why}`)
}

/** Every container gets it that has nothing else in its place. */
function mountToken(spec: PodSpec, { random }: AdmissionContext): void {
  const volumes = spec.volumes ?? []
  const known = volumes.find(({ name }) => name.startsWith(`${TOKEN_VOLUME}-`))
  const name = known?.name ?? generateName(`${TOKEN_VOLUME}-`, random)
  const lacking = [...(spec.initContainers ?? []), ...(spec.containers ?? [])].filter(
    (container) => !mountsSomething(container),
  )
  for (const container of lacking) {
    container.volumeMounts = [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath: TOKEN_MOUNT_PATH }]
  }
  if (!known && lacking.length > 0) spec.volumes = [...volumes, tokenVolume(name)]
}

const mountsSomething = ({ volumeMounts = [] }: Container): boolean =>
  volumeMounts.some(({ mountPath }) => mountPath === TOKEN_MOUNT_PATH)

const tokenVolume = (name: string): Volume => ({
  name,
  projected: {
    sources: [
      { serviceAccountToken: { expirationSeconds: VOLUME_EXPIRATION_SECONDS, path: 'token' } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      {
        downwardAPI: {
          items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
        },
      },
    ],
    defaultMode: 0o644,
  },
})
