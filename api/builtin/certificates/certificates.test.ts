import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject, KubeObject } from '../../object.ts'
import type { CertificateSigningRequestStatus } from '../../types/certificates-v1.ts'
import { cellsOf, makeObject, TRIAL_NOW, tryKind } from '../testing/try-kind.ts'
import { certificateSigningRequest as kind } from './certificate-signing-request.ts'
import { sayNoCertificates } from './pem.ts'

const pem = (label: string): string => btoa(`-----BEGIN ${label}-----\nAAAA\n-----END ${label}-----\n`)
const spec = { request: pem('CERTIFICATE REQUEST'), signerName: 'example.test/signer', usages: ['client auth'] }
const approved = { type: 'Approved', status: 'True', reason: 'r', message: 'm' }
const user = { username: 'jane', groups: ['g'], extra: { scopes: ['all'] } }

for (const { name, change, wrong } of [
  { name: 'nothing', change: {}, wrong: [] },
  {
    name: 'no request',
    change: { request: 'AAAA' },
    wrong: ['spec.request: Invalid value: "AAAA": PEM block type must be CERTIFICATE REQUEST'],
  },
  {
    name: 'a signer without a domain',
    change: { signerName: 'signer' },
    wrong: [
      `spec.signerName: Invalid value: "signer": must be a fully qualified domain and path of the form 'example.com/signer-name'`,
    ],
  },
  {
    name: 'a usage twice',
    change: { usages: ['any', 'any'] },
    wrong: ['spec.usages[1]: Duplicate value: "any"'],
  },
  {
    name: 'a short life',
    change: { expirationSeconds: 5 },
    wrong: ['spec.expirationSeconds: Invalid value: 5: may not specify a duration less than 600 seconds (10 minutes)'],
  },
]) {
  test(`wrong: ${name}`, () => deepEqual(tryKind(kind, { spec: { ...spec, ...change } }), wrong))
}

test('who asks is who the server saw', () => {
  const object = makeObject(kind, { spec: { ...spec, username: 'root', groups: ['system:masters'], uid: '0' } })
  kind.rules.prepareForCreate?.(object, { subresource: '', now: TRIAL_NOW, user })
  deepEqual(object.spec, { ...spec, ...user })
})

const write = (subresource: string, status: JsonObject, before: JsonObject): KubeObject => {
  const [object, old] = [makeObject(kind, { spec, status }), makeObject(kind, { spec, status: before })]
  kind.rules.prepareForUpdate?.(object, old, { subresource, now: TRIAL_NOW })
  return object
}

test('an approval takes conditions and no certificate, and says when', () => {
  const { status } = write('approval', { conditions: [approved], certificate: pem('CERTIFICATE') }, {})
  deepEqual(status, { conditions: [{ ...approved, lastUpdateTime: TRIAL_NOW, lastTransitionTime: TRIAL_NOW }] })
})

test('a signer does not change what was decided', () => {
  const times = { lastUpdateTime: '2020-01-01T00:00:00Z', lastTransitionTime: '2020-01-01T00:00:00Z' }
  const before = { conditions: [{ ...approved, ...times }] }
  const { status } = write('status', { conditions: [{ ...approved, reason: 'other' }] }, before)
  const { conditions }: CertificateSigningRequestStatus = { ...Object(status) }
  deepEqual(conditions, before.conditions)
})

for (const { name, subresource, status, before, wrong } of [
  {
    name: 'a signer does not approve',
    subresource: 'status',
    status: { conditions: [approved] },
    before: {},
    wrong: ['status.conditions: Forbidden: updates may not add a condition of type "Approved"'],
  },
  {
    name: 'nobody takes an approval back',
    subresource: 'approval',
    status: {},
    before: { conditions: [approved] },
    wrong: ['status.conditions: Forbidden: updates may not remove a condition of type "Approved"'],
  },
  {
    name: 'nobody approves and denies',
    subresource: 'approval',
    status: { conditions: [approved, { ...approved, type: 'Denied' }] },
    before: {},
    wrong: ['status.conditions: Invalid value: "Denied": Approved and Denied conditions are mutually exclusive'],
  },
  {
    name: 'a certificate is issued once',
    subresource: 'status',
    status: { certificate: btoa(`${atob(pem('CERTIFICATE'))}\n`) },
    before: { certificate: pem('CERTIFICATE') },
    wrong: ['status.certificate: Forbidden: updates may not modify existing certificate content'],
  },
]) {
  test(name, () => {
    const old = makeObject(kind, { spec, status: before })
    deepEqual(tryKind(kind, { spec, status }, { old, subresource }), wrong)
  })
}

test('a certificate is nothing but certificates', () => {
  equal(sayNoCertificates(pem('CERTIFICATE')), undefined)
  equal(sayNoCertificates(pem('PRIVATE KEY')), 'only CERTIFICATE PEM blocks are allowed, found "PRIVATE KEY"')
  equal(sayNoCertificates(btoa('x')), 'must contain at least one CERTIFICATE PEM block')
})

test('the state is the decision, and what came of it', () => {
  equal(cellsOf(kind, { spec }).Condition, 'Pending')
  equal(cellsOf(kind, { spec, status: { conditions: [approved], certificate: 'AAAA' } }).Condition, 'Approved,Issued')
})
