import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { PodSpec } from '@muster/api/types/core-v1.ts'
import { ephemeralContainers, resources } from './pod-parts.ts'

const spec = (image: string, cpu: string, more: Partial<PodSpec> = {}): PodSpec => ({
  containers: [{ name: 'main', image, resources: { limits: { cpu } } }],
  ...more,
})

test('a write of ephemeral containers changes them alone', () => {
  const debug = [{ name: 'debug', image: 'shell' }]
  const asked = { ...spec('new', '2'), ephemeralContainers: debug }
  deepEqual(ephemeralContainers(asked, spec('old', '1')), { ...spec('old', '1'), ephemeralContainers: debug })
  deepEqual(
    ephemeralContainers(spec('new', '2'), { ...spec('old', '1'), ephemeralContainers: debug }),
    spec('old', '1'),
  )
})

test('a resize changes what containers may use, and nothing else', () => {
  const asked = spec('new', '2', { hostNetwork: true, resources: { limits: { cpu: '3' } } })
  deepEqual(resources(asked, spec('old', '1')), { ...spec('old', '2'), resources: { limits: { cpu: '3' } } })
})

test('a resize may take resources away', () => {
  const asked: PodSpec = { containers: [{ name: 'main', image: 'new' }] }
  deepEqual(resources(asked, spec('old', '1')), { containers: [{ name: 'main', image: 'old' }] })
})

test('containers that came or were renamed are left to the rules to refuse', () => {
  const more = { containers: [...spec('a', '1').containers, { name: 'other', image: 'b' }] }
  equal(resources(more, spec('a', '1')), more)
  const renamed = { containers: [{ name: 'other', image: 'a' }] }
  equal(resources(renamed, spec('a', '1')), renamed)
})
