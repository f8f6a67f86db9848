import { equal } from 'node:assert/strict'
import { test } from 'node:test'
import { controllerReference } from '@muster/api/metadata/owner-references.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { type Claim, decideClaim } from './claim.ts'

const owner = (uid: string, leaving = false): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'web', uid, ...(leaving ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}) },
})
const pod = (of?: string, leaving = false): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'web-0',
    ...(of ? { ownerReferences: [controllerReference(owner(of))] } : {}),
    ...(leaving ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
  },
})

const CASES: readonly [what: string, pod: KubeObject, owner: KubeObject, chosen: boolean, claim: Claim][] = [
  ['its own', pod('us'), owner('us'), true, 'keep'],
  ['its own, on its way out', pod('us', true), owner('us'), true, 'keep'],
  ['its own, while it goes itself', pod('us'), owner('us', true), true, 'keep'],
  ['its own that it chooses no more', pod('us'), owner('us'), false, 'release'],
  ['the same while it goes itself', pod('us'), owner('us', true), false, 'ignore'],
  ["somebody else's", pod('them'), owner('us'), true, 'ignore'],
  ["nobody's", pod(), owner('us'), true, 'adopt'],
  ["nobody's that it does not choose", pod(), owner('us'), false, 'ignore'],
  ["nobody's that is on its way out", pod(undefined, true), owner('us'), true, 'ignore'],
  ["nobody's while it goes itself", pod(), owner('us', true), true, 'ignore'],
]

for (const [what, object, by, chosen, claim] of CASES) {
  test(`${what}: ${claim}`, () => equal(decideClaim(object, by, chosen), claim))
}
