/**
 * Makes a volume of a directory on the node that the scheduler has chosen, for claims whose class says `muster.dev/local`,
 * and takes it away with its claim. The node's agent makes the directory when it is mounted first.
 */
import type { PersistentVolume } from '@muster/api/types/core-v1.ts'
import { hasCode } from '@muster/base/errors.ts'
import { CLAIMS, STORAGE_CLASSES, VOLUMES } from '@muster/client/kubernetes.ts'
import { type Controller, waitForChange } from '@muster/runtime/controller.ts'
import { createEventRecorder } from '@muster/runtime/events.ts'
import { decideVolume } from '../decide/binding.ts'
import { LOCAL_PROVISIONER, PROVISIONED_BY, PROVISIONER, SELECTED_NODE } from '../words.ts'

/** Directories of nodes that whoever runs this can reach. */
export interface LocalVolumes {
  /** Where a node of a logical cluster keeps volumes; undefined for one that is elsewhere. */
  directoryOf(cluster: string, node: string): string | undefined
  /** Removes a directory with all that is in it; nothing happens when it is not there. */
  remove(path: string): Promise<void>
}

/** What it needs beyond the API. */
export interface LocalProvisionerDeps {
  readonly localVolumes: LocalVolumes
}

/** Looks at claims that wait for it. */
export const localProvisioner: Controller<LocalProvisionerDeps> = {
  name: LOCAL_PROVISIONER.replace('/', '-'),
  watches: CLAIMS,
  alsoWatches: [{ resource: STORAGE_CLASSES, keysOf: () => [] }],
  begin(deps) {
    const events = createEventRecorder({ ...deps, component: LOCAL_PROVISIONER })
    return {
      changed: () => {},
      async reconcile(key, { client, informer, localVolumes }) {
        const claim = informer(CLAIMS).get(key)
        const { annotations = {}, uid = '', deletionTimestamp } = claim?.metadata ?? {}
        if (!claim || deletionTimestamp !== undefined || claim.spec?.volumeName) return waitForChange
        if (annotations[PROVISIONER] !== LOCAL_PROVISIONER) return waitForChange
        const node = annotations[SELECTED_NODE]
        if (node === undefined) return waitForChange
        const directory = localVolumes.directoryOf(key.cluster, node)
        if (directory === undefined) {
          const message = `the node ${node} is not one that ${LOCAL_PROVISIONER} can make directories on`
          events.say(client, claim, { type: 'Warning', reason: 'ProvisioningFailed', message })
          return waitForChange
        }
        const { storageClassName = '', accessModes = [], resources } = claim.spec ?? {}
        const storageClass = informer(STORAGE_CLASSES).get({ namespace: '', name: storageClassName })
        const name = `pvc-${uid}`
        const itsNode = { key: 'kubernetes.io/hostname', operator: 'In', values: [node] }
        const volume: PersistentVolume = {
          apiVersion: 'v1',
          kind: 'PersistentVolume',
          metadata: { name, annotations: { [PROVISIONED_BY]: LOCAL_PROVISIONER } },
          spec: {
            accessModes,
            capacity: { storage: resources?.requests?.storage ?? '0' },
            claimRef: {
              apiVersion: 'v1',
              kind: 'PersistentVolumeClaim',
              namespace: key.namespace,
              name: key.name,
              uid,
            },
            local: { path: `${directory}/${name}` },
            nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [itsNode] }] } },
            persistentVolumeReclaimPolicy: storageClass?.reclaimPolicy ?? 'Delete',
            storageClassName,
            volumeMode: 'Filesystem',
          },
        }
        try {
          await client.resource(VOLUMES).create(volume)
        } catch (error) {
          if (!hasCode(error, 'AlreadyExists')) throw error
          return waitForChange
        }
        const message = `Successfully provisioned volume ${name}`
        events.say(client, claim, { type: 'Normal', reason: 'ProvisioningSucceeded', message })
        return waitForChange
      },
    }
  },
}

/** Looks at volumes that it made: they go with their claims. */
export const localRemover: Controller<LocalProvisionerDeps> = {
  name: `${LOCAL_PROVISIONER.replace('/', '-')}-remover`,
  watches: VOLUMES,
  async reconcile(key, { client, informer, localVolumes }) {
    const volume = informer(VOLUMES).get(key)
    const { annotations = {}, uid } = volume?.metadata ?? {}
    if (!volume || annotations[PROVISIONED_BY] !== LOCAL_PROVISIONER) return waitForChange
    // What its phase says was told from a picture; what is taken away cannot be had back.
    if (volume.status?.phase !== 'Released' || !volume.spec?.local) return waitForChange
    const { namespace = '', name = '' } = volume.spec.claimRef ?? {}
    const claim = await client.resource(CLAIMS).find({ namespace, name })
    if (!decideVolume(volume, claim).isToGo) return waitForChange
    await localVolumes.remove(volume.spec.local.path)
    await client.resource(VOLUMES).delete(key, uid === undefined ? {} : { uid })
    return waitForChange
  },
}
