/** Brings claims and volumes together; see `decide/binding.ts`. */
import type { KubeObject } from '@muster/api/object.ts'
import type { PersistentVolume, PersistentVolumeClaim } from '@muster/api/types/core-v1.ts'
import type { Client } from '@muster/client/client.ts'
import { CLAIMS, NODES, STORAGE_CLASSES, VOLUMES } from '@muster/client/kubernetes.ts'
import type { Index } from '@muster/client/picture.ts'
import { type Controller, keyOf, type Pictures, waitForChange } from '@muster/runtime/controller.ts'
import { createEventRecorder } from '@muster/runtime/events.ts'
import { boundAnnotations, type ClaimStep, decideClaim, decideVolume } from '../decide/binding.ts'
import { BOUND_BY_CONTROLLER, PROVISIONED_BY, PROVISIONER, SELECTED_NODE } from '../words.ts'

const COMPONENT = 'persistentvolume-controller'
const EVERY = ''

const unboundClaims: Index<PersistentVolumeClaim> = {
  name: 'not bound',
  valuesOf: ({ status }) => (status?.phase === 'Bound' || status?.phase === 'Lost' ? [] : [EVERY]),
}

const volumesByClaim: Index<PersistentVolume> = {
  name: 'claim, or nobody',
  valuesOf: ({ spec }) => [spec?.claimRef ? `${spec.claimRef.namespace}/${spec.claimRef.name}` : EVERY],
}

const unbound = (_: KubeObject, informer: Pictures) => Array.from(informer(CLAIMS).by(unboundClaims, EVERY), keyOf)

/** Looks at claims. */
export const claimBinder: Controller = {
  name: COMPONENT,
  watches: CLAIMS,
  alsoWatches: [
    {
      resource: VOLUMES,
      keysOf(volume, informer) {
        const { claimRef } = (volume as PersistentVolume).spec ?? {}
        if (!claimRef) return unbound(volume, informer)
        return [{ ...keyOf(volume), namespace: claimRef.namespace ?? '', name: claimRef.name ?? '' }]
      },
    },
    { resource: STORAGE_CLASSES, keysOf: unbound },
    { resource: NODES, keysOf: () => [] },
  ],
  begin(deps) {
    const events = createEventRecorder({ ...deps, component: COMPONENT })
    return {
      changed: () => {},
      async reconcile(key, { client, informer }) {
        const claim = informer(CLAIMS).get(key)
        if (!claim) return waitForChange
        const { storageClassName = '', volumeName } = claim.spec ?? {}
        const selected = claim.metadata.annotations?.[SELECTED_NODE]
        const volumes = informer(VOLUMES)
        const named = volumeName ? volumes.get({ namespace: '', name: volumeName }) : undefined
        const steps = decideClaim({
          claim,
          volumes: named
            ? [named]
            : [...volumes.by(volumesByClaim, `${key.namespace}/${key.name}`), ...volumes.by(volumesByClaim, EVERY)],
          storageClass: informer(STORAGE_CLASSES).get({ namespace: '', name: storageClassName }),
          node: selected === undefined ? undefined : informer(NODES).get({ namespace: '', name: selected }),
        })
        for (const step of steps) {
          if (step.do === 'tell') events.say(client, claim, step)
          else await act(client, claim, step)
        }
        return waitForChange
      },
    }
  },
}

type Deed = Exclude<ClaimStep, { readonly do: 'tell' }>

async function act(client: Client, claim: PersistentVolumeClaim, step: Deed): Promise<void> {
  const { namespace = '', name = '', uid = '', resourceVersion } = claim.metadata
  const claims = client.resource(CLAIMS)
  const guard = { uid, resourceVersion }
  const say = (status: NonNullable<PersistentVolumeClaim['status']>) =>
    claims.patch(
      { namespace, name },
      { patch: 'merge', value: { metadata: { uid }, status } },
      { subresource: 'status' },
    )
  switch (step.do) {
    case 'reserve': {
      const { metadata, spec } = step.volume
      // Of two claims that see the same volume free, one is refused here.
      const value = {
        metadata: {
          uid: metadata.uid,
          resourceVersion: metadata.resourceVersion,
          ...(spec?.claimRef ? {} : { annotations: { [BOUND_BY_CONTROLLER]: 'yes' } }),
        },
        spec: { claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid, resourceVersion } },
      }
      await client.resource(VOLUMES).patch({ namespace: '', name: metadata.name ?? '' }, { patch: 'merge', value })
      return
    }
    case 'bind': {
      const annotations = boundAnnotations(step.isChosen)
      const value = { metadata: { ...guard, annotations }, spec: { volumeName: step.volume.metadata.name } }
      await claims.patch({ namespace, name }, { patch: 'merge', value })
      await say(boundStatus(step.volume))
      return
    }
    case 'say-bound':
      await say(boundStatus(step.volume))
      return
    case 'say-lost':
      await say({ phase: 'Lost' })
      return
    case 'say-pending':
      await say({ phase: 'Pending' })
      return
    case 'await-provisioner': {
      const annotations = {
        [PROVISIONER]: step.provisioner,
        [`volume.beta.${PROVISIONER.slice('volume.'.length)}`]: step.provisioner,
      }
      await claims.patch({ namespace, name }, { patch: 'merge', value: { metadata: { ...guard, annotations } } })
      return
    }
    default:
      step satisfies never
  }
}

const boundStatus = ({ spec }: PersistentVolume): NonNullable<PersistentVolumeClaim['status']> => ({
  phase: 'Bound',
  ...(spec?.accessModes ? { accessModes: spec.accessModes } : {}),
  ...(spec?.capacity ? { capacity: spec.capacity } : {}),
})

/** Looks at volumes: their phase. Whoever provisioned one takes it away; one that nobody did and that is to go says so. */
export const volumePhaseController: Controller = {
  name: `${COMPONENT}-volumes`,
  watches: VOLUMES,
  alsoWatches: [
    {
      resource: CLAIMS,
      keysOf: (claim, informer) =>
        Array.from(informer(VOLUMES).by(volumesByClaim, `${claim.metadata.namespace}/${claim.metadata.name}`), keyOf),
    },
  ],

  async reconcile(key, { client, informer }) {
    const volume = informer(VOLUMES).get(key)
    if (!volume) return waitForChange
    const { namespace = '', name = '' } = volume.spec?.claimRef ?? {}
    const claim = name === '' ? undefined : informer(CLAIMS).get({ namespace, name })
    const { phase, isToGo } = decideVolume(volume, claim)
    const isOrphan = isToGo && volume.metadata.annotations?.[PROVISIONED_BY] === undefined
    const status = isOrphan
      ? {
          phase: 'Failed',
          reason: '',
          message: 'no volume plugin matched: nobody provisioned it, so nobody deletes it',
        }
      : { phase }
    if (volume.status?.phase === status.phase) return waitForChange
    const value = { metadata: { uid: volume.metadata.uid }, status }
    await client.resource(VOLUMES).patch(key, { patch: 'merge', value }, { subresource: 'status' })
    return waitForChange
  },
}
