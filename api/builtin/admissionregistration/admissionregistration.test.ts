import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../object.ts'
import { cellsOf, makeObject, tryKind } from '../testing/try-kind.ts'
import { mutatingAdmissionPolicy } from './mutating-admission-policy.ts'
import { mutatingWebhookConfiguration } from './mutating-webhook-configuration.ts'
import { validatingAdmissionPolicy } from './validating-admission-policy.ts'
import { validatingAdmissionPolicyBinding } from './validating-admission-policy-binding.ts'
import { validatingWebhookConfiguration } from './validating-webhook-configuration.ts'

const hook = {
  name: 'hook.example.test',
  clientConfig: { url: 'https://hook.example.test/x' },
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
}
const hooks = (change: JsonObject) => ({ webhooks: [{ ...hook, ...change }] })
const rule = { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }
const policy = { matchConstraints: { resourceRules: [rule] }, validations: [{ expression: 'true' }] }

test('defaults are filled in', () => {
  const made = makeObject(
    mutatingWebhookConfiguration,
    hooks({ rules: [rule], clientConfig: { service: { name: 's', namespace: 'n' } } }),
  )
  deepEqual(made.webhooks, [
    {
      ...hook,
      rules: [{ ...rule, scope: '*' }],
      clientConfig: { service: { name: 's', namespace: 'n', port: 443 } },
      failurePolicy: 'Fail',
      matchPolicy: 'Equivalent',
      namespaceSelector: {},
      objectSelector: {},
      timeoutSeconds: 10,
      reinvocationPolicy: 'Never',
    },
  ])
})

for (const { name, kind, body, wrong } of [
  { name: 'a webhook', kind: validatingWebhookConfiguration, body: hooks({ rules: [rule] }), wrong: [] },
  { name: 'a policy', kind: validatingAdmissionPolicy, body: { spec: policy }, wrong: [] },
  {
    name: 'a webhook with two places',
    kind: validatingWebhookConfiguration,
    body: hooks({ clientConfig: { url: 'https://a.b', service: { name: 's', namespace: 'n' } } }),
    wrong: ['webhooks[0].clientConfig: Required value: exactly one of url or service is required'],
  },
  {
    name: 'a webhook that nobody understands',
    kind: validatingWebhookConfiguration,
    body: hooks({ admissionReviewVersions: ['v9'], timeoutSeconds: 60 }),
    wrong: [
      'webhooks[0].timeoutSeconds: Invalid value: 60: the timeout value must be between 1 and 30 seconds',
      'webhooks[0].admissionReviewVersions: Invalid value: ["v9"]: must include at least one of v1, v1beta1',
    ],
  },
  {
    name: 'a resource that is covered already',
    kind: validatingWebhookConfiguration,
    body: hooks({ rules: [{ ...rule, resources: ['pods/*', 'pods/log'] }] }),
    wrong: [
      `webhooks[0].rules[0].resources[1]: Invalid value: "pods/log": if 'pods/*' is present, must not specify pods/log`,
    ],
  },
  {
    name: 'a policy that changes deletions',
    kind: mutatingAdmissionPolicy,
    body: {
      spec: {
        matchConstraints: { resourceRules: [{ ...rule, operations: ['DELETE'] }] },
        mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: '[JSONPatch{op: "remove", path: "/spec"}]' } }],
        reinvocationPolicy: 'Never',
      },
    },
    wrong: [
      'spec.matchConstraints.resourceRules.operations: Unsupported value: "DELETE": supported values: "*", "CONNECT", "CREATE", "UPDATE"',
    ],
  },
  {
    name: 'a binding that denies and warns',
    kind: validatingAdmissionPolicyBinding,
    body: { spec: { policyName: 'p', validationActions: ['Deny', 'Warn'] } },
    wrong: [
      'spec.validationActions: Invalid value: ["Deny","Warn"]: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
    ],
  },
]) {
  test(`wrong or right: ${name}`, () => deepEqual(tryKind(kind, body), wrong))
}

test('what the old webhooks did wrong, the new ones may', () => {
  const odd = hooks({ sideEffects: 'Some', admissionReviewVersions: ['v9'] })
  const old = makeObject(validatingWebhookConfiguration, odd)
  deepEqual(tryKind(validatingWebhookConfiguration, odd, { old }), [])
  deepEqual(tryKind(validatingWebhookConfiguration, hooks({ sideEffects: 'Never' }), { old }), [
    'webhooks[0].sideEffects: Unsupported value: "Never": supported values: "None", "NoneOnDryRun", "Some", "Unknown"',
  ])
})

test('parameters are shown by their kind, or where they are', () => {
  const paramKind = { apiVersion: 'v1', kind: 'ConfigMap' }
  equal(cellsOf(validatingAdmissionPolicy, { spec: { ...policy, paramKind } }).ParamKind, 'v1/ConfigMap')
  const cell = (paramRef: JsonObject) => cellsOf(validatingAdmissionPolicyBinding, { spec: { paramRef } }).ParamRef
  equal(cell({ name: 'p' }), '*/p')
  equal(
    cell({ selector: { matchLabels: { a: 'b' } } }),
    '&LabelSelector{MatchLabels:map[string]string{a: b,},MatchExpressions:[]LabelSelectorRequirement{},}',
  )
})
