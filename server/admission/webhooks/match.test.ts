/** What conditions make of a webhook whose rules fit. Rules and selectors have tests of their own beside match-rules.ts. */
import { equal, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { BUILT_IN_KINDS } from '@muster/api/builtin/kinds.ts'
import { assert } from '@muster/base/errors.ts'
import { seededRandom } from '@muster/base/random.ts'
import { simClock } from '@muster/sim/clock.ts'
import { createRegistry } from '../../registry/registry.ts'
import type { AdmissionContext, AdmissionRequest } from '../admission.ts'
import type { GroupVersionResource } from '../match-rules.ts'
import { NO_POLICIES } from '../policies/index.ts'
import { type Conditions, type ConditionsVerdict, invocationOf } from './match.ts'

const resources = createRegistry(BUILT_IN_KINDS).cluster('default')
const served = resources.find('', 'v1', 'configmaps')
assert(served, 'config maps are served')
const request: AdmissionRequest = {
  verb: 'create',
  cluster: 'default',
  resource: { group: '', resource: 'configmaps' },
  served,
  subresource: '',
  namespace: 'shop',
  name: '',
  user: { username: 'ada', groups: [] },
  dryRun: false,
  object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web' } },
}
const context: AdmissionContext = {
  reads: { get: async () => undefined, list: async () => [] },
  authorizer: { authorize: () => ({ allowed: true, reason: '' }), rulesFor: () => ({ rules: [], error: '' }) },
  resources,
  policies: NO_POLICIES,
  random: seededRandom(1),
  clock: simClock(),
}
const formOf = (resource: GroupVersionResource) => ({
  resource,
  kind: { group: '', version: 'v1', kind: 'ConfigMap' },
  show: () => request.object,
  read: () => request.object,
})

function ask(failurePolicy: string, conditions: Conditions | undefined) {
  const webhook = {
    name: 'a.hooks.test',
    admissionReviewVersions: ['v1'],
    clientConfig: { url: 'https://hooks.test/' },
    sideEffects: 'None',
    rules: [{ operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
    matchConditions: [{ name: 'c', expression: 'true' }],
    failurePolicy,
  }
  const hook = { id: 'a', configuration: 'a', webhook }
  return invocationOf(hook, request, context, { formOf, ...(conditions ? { conditions } : {}) })
}

const FAILED: ConditionsVerdict = { verdict: 'failed', why: 'no such key: x' }
const VERDICTS: readonly (readonly [string, Conditions | undefined, 'asked' | 'not asked' | 'fails'])[] = [
  ['true', () => ({ verdict: 'true' }), 'asked'],
  ['false', () => ({ verdict: 'false' }), 'not asked'],
  ['failed', () => FAILED, 'fails'],
  ['evaluated by nobody', undefined, 'fails'],
]

for (const [what, conditions, outcome] of VERDICTS) {
  test(`conditions that are ${what}: ${outcome}, and under Ignore ${outcome === 'asked' ? 'asked' : 'not asked'}`, async () => {
    equal((await ask('Ignore', conditions)) !== undefined, outcome === 'asked')
    if (outcome !== 'fails') equal((await ask('Fail', conditions)) !== undefined, outcome === 'asked')
    else await rejects(ask('Fail', conditions), { code: 'Forbidden', message: /^configmaps "web" is forbidden: / })
  })
}
