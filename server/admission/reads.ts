/** The objects of one logical cluster, as identity and admission look them up: what is in memory, shared and frozen. */
import type { ObjectReads } from '../auth/reads.ts'
import type { Storage } from '../storage/storage.ts'
import { sharedObject } from '../storage/stored-object.ts'
import type { AdmissionReads } from './admission.ts'

/** As identity looks them up. */
export const readsOf = (objects: Pick<Storage, 'find'>, cluster: string): ObjectReads => ({
  async get(resource, namespace, name) {
    const found = await objects.find({ ...resource, cluster, namespace, name }, '0')
    return found && sharedObject(found)
  },
})

/** The same, as admission looks them up. */
export const admissionReads = (objects: Pick<Storage, 'find' | 'list'>, cluster: string): AdmissionReads => ({
  ...readsOf(objects, cluster),
  async list(resource, namespace) {
    const scope = { ...resource, cluster, namespace }
    const page = await objects.list(scope, { limit: 0, continue: '', resourceVersion: '0', resourceVersionMatch: '' })
    return page.items.map(sharedObject)
  },
})
