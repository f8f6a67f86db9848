import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import type {
  LimitRange,
  LimitRangeItem,
  PersistentVolumeClaim,
  Pod,
  ResourceRequirements,
} from '../../../types/core-v1.ts'
import { checkClaimLimits, checkPodLimits, defaultLimitsOf, LIMIT_RANGER_ANNOTATION } from './enforce.ts'

const range = (...limits: LimitRangeItem[]): LimitRange => ({
  apiVersion: 'v1',
  kind: 'LimitRange',
  metadata: { name: 'limits' },
  spec: { limits },
})
const pod = (...resources: ResourceRequirements[]): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web' },
  spec: { containers: resources.map((one, at) => ({ name: `c${at}`, image: 'web', resources: one })) },
})
const claim = (storage: string): PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'disk' },
  spec: { resources: { requests: { storage } } },
})

test('what containers do not say is filled in, and what was filled in is said', () => {
  const one = pod({ limits: { cpu: '2' } }, {})
  one.spec?.containers.push({ name: 'full', image: 'web', resources: { requests: { cpu: '1' }, limits: { cpu: '1' } } })
  defaultLimitsOf(
    range({ type: 'Container', default: { cpu: '1', memory: '1Gi' }, defaultRequest: { cpu: '100m' } }),
    one,
  )
  deepEqual(
    one.spec?.containers.map(({ resources }) => resources),
    [
      { limits: { cpu: '2', memory: '1Gi' }, requests: { cpu: '100m' } },
      { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '100m' } },
      { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1' } },
    ],
  )
  deepEqual(
    one.metadata.annotations?.[LIMIT_RANGER_ANNOTATION],
    'LimitRanger plugin set: cpu request for container c0; memory limit for container c0; cpu request for container c1; cpu, memory limit for container c1; memory limit for container full',
  )
})

/** Source of the words: kubernetes plugin/pkg/admission/limitranger. */
const refused: readonly (readonly [name: string, item: LimitRangeItem, pod: Pod, says: readonly string[]])[] = [
  [
    'too little',
    { type: 'Container', min: { cpu: '100m' } },
    pod({ requests: { cpu: '50m' } }),
    ['minimum cpu usage per Container is 100m, but request is 50m'],
  ],
  [
    'nothing said',
    { type: 'Container', min: { memory: '1Gi' } },
    pod({}),
    ['minimum memory usage per Container is 1Gi.  No request is specified'],
  ],
  [
    'too much',
    { type: 'Container', max: { memory: '1Gi' } },
    pod({ limits: { memory: '2Gi' } }),
    ['maximum memory usage per Container is 1Gi, but limit is 2Gi'],
  ],
  [
    'no limit where there is a most',
    { type: 'Container', max: { cpu: '1' } },
    pod({ requests: { cpu: '1' } }),
    ['maximum cpu usage per Container is 1.  No limit is specified'],
  ],
  [
    'all containers together',
    { type: 'Pod', max: { cpu: '1' } },
    pod({ limits: { cpu: '600m' } }, { limits: { cpu: '600m' } }),
    ['maximum cpu usage per Pod is 1, but limit is 1200m'],
  ],
  [
    'a limit far above the request',
    { type: 'Container', maxLimitRequestRatio: { cpu: '2' } },
    pod({ requests: { cpu: '100m' }, limits: { cpu: '250m' } }),
    ['cpu max limit to request ratio per Container is 2, but provided ratio is 2.500000'],
  ],
  [
    'a request of nothing',
    { type: 'Container', maxLimitRequestRatio: { cpu: '2' } },
    pod({ requests: { cpu: '0' }, limits: { cpu: '1' } }),
    ['cpu max limit to request ratio per Container is 2, but no request is specified or request is 0'],
  ],
  [
    'nothing, within bounds',
    { type: 'Container', min: { cpu: '1' }, max: { cpu: '1' } },
    pod({ requests: { cpu: '1' }, limits: { cpu: '1000m' } }),
    [],
  ],
]
for (const [name, item, one, says] of refused) {
  test(`of a pod: ${name}`, () => deepEqual(checkPodLimits(range(item), one), says))
}

test('of a claim, what it asks for', () => {
  const limits = range({ type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '10Gi' } })
  deepEqual(checkClaimLimits(limits, claim('500Mi')), [
    'minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 500Mi',
  ])
  deepEqual(checkClaimLimits(limits, claim('20Gi')), [
    'maximum storage usage per PersistentVolumeClaim is 10Gi, but request is 20Gi',
  ])
  deepEqual(checkClaimLimits(limits, claim('5Gi')), [])
})
