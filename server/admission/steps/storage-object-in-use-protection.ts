/**
 * What holds data goes only when nobody uses it any more: a finalizer, which a controller takes away.
 * Source: kubernetes plugin/pkg/admission/storage/storageobjectinuseprotection.
 */
import type { AdmissionStep } from '../admission.ts'

const FINALIZERS: ReadonlyMap<string, string> = new Map([
  ['/persistentvolumes', 'kubernetes.io/pv-protection'],
  ['/persistentvolumeclaims', 'kubernetes.io/pvc-protection'],
  ['storage.k8s.io/volumeattributesclasses', 'kubernetes.io/vac-protection'],
])

/** The step. */
export const storageObjectInUseProtection: AdmissionStep = {
  name: 'StorageObjectInUseProtection',
  handles: (verb, { group, resource }, subresource) =>
    verb === 'create' && subresource === '' && FINALIZERS.has(`${group}/${resource}`),
  mutate: (request) => {
    if (!('object' in request)) return undefined
    const { group, resource } = request.resource
    const finalizer = FINALIZERS.get(`${group}/${resource}`)
    const { metadata } = request.object
    const finalizers = metadata.finalizers ?? []
    if (finalizer !== undefined && !finalizers.includes(finalizer)) metadata.finalizers = [...finalizers, finalizer]
    return undefined
  },
}
