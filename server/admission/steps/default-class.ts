/**
 * A claim gets the default storage class, and an ingress the default ingress class, when they name none.
 * Source: kubernetes plugin/pkg/admission/storage/storageclass/setdefault, plugin/pkg/admission/network/defaultingressclass.
 */
import type { KubeObject } from '@muster/api/object.ts'
import type { PersistentVolumeClaim } from '@muster/api/types/core-v1.ts'
import type { Ingress } from '@muster/api/types/networking-v1.ts'
import { isKind } from '../../auth/reads.ts'
import type { AdmissionStep } from '../admission.ts'
import { itself } from '../handles.ts'

const isClaim = isKind<PersistentVolumeClaim>('v1', 'PersistentVolumeClaim')
const isIngress = isKind<Ingress>('networking.k8s.io/v1', 'Ingress')

/** Gives a PersistentVolumeClaim its class. */
export const defaultStorageClass: AdmissionStep = {
  name: 'DefaultStorageClass',
  handles: itself('', 'persistentvolumeclaims', 'create'),
  mutate: async (request, { reads }) => {
    if (!('object' in request) || !isClaim(request.object)) return undefined
    const claim = request.object
    const isNamed = claim.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] !== undefined
    if (isNamed || claim.spec?.storageClassName !== undefined) return undefined
    const classes = await reads.list({ group: 'storage.k8s.io', resource: 'storageclasses' }, '')
    const name = newestDefault(classes, [
      'storageclass.kubernetes.io/is-default-class',
      'storageclass.beta.kubernetes.io/is-default-class',
    ])
    if (name !== undefined) claim.spec = { ...claim.spec, storageClassName: name }
    return undefined
  },
}

/** Gives an Ingress its class. */
export const defaultIngressClass: AdmissionStep = {
  name: 'DefaultIngressClass',
  handles: itself('networking.k8s.io', 'ingresses', 'create'),
  mutate: async (request, { reads }) => {
    if (!('object' in request) || !isIngress(request.object)) return undefined
    const ingress = request.object
    const isNamed = ingress.metadata.annotations?.['kubernetes.io/ingress.class'] !== undefined
    if (isNamed || ingress.spec?.ingressClassName !== undefined) return undefined
    const classes = await reads.list({ group: 'networking.k8s.io', resource: 'ingressclasses' }, '')
    const name = newestDefault(classes, ['ingressclass.kubernetes.io/is-default-class'])
    if (name !== undefined) ingress.spec = { ...ingress.spec, ingressClassName: name }
    return undefined
  },
}

/** The newest of those that are marked; among those of one second, the first by name. */
function newestDefault(classes: readonly KubeObject[], annotations: readonly string[]): string | undefined {
  const [newest] = classes
    .filter(({ metadata }) => annotations.some((annotation) => metadata.annotations?.[annotation] === 'true'))
    .map(({ metadata }) => ({ name: metadata.name ?? '', made: Date.parse(metadata.creationTimestamp ?? '') || 0 }))
    .sort((one, other) => other.made - one.made || (one.name < other.name ? -1 : 1))
  return newest?.name
}
