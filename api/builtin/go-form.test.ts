import { deepEqual, throws } from 'node:assert/strict'
import { test } from 'node:test'
import { goPodTemplate } from './core/pod-spec/go-pod-spec.ts'
import { goForm } from './go-form.ts'
import { goSelector } from './go-selector.ts'

test('every field is printed, in the order of Go, with what Go prints for nothing', () => {
  deepEqual(goForm('DeploymentStrategy', { type: 'BlueGreen' }), { Type: 'BlueGreen', RollingUpdate: null })
  deepEqual(
    JSON.stringify(goForm('Toleration', { value: 'v', key: 'k' })),
    '{"Key":"k","Operator":"","Value":"v","Effect":"","TolerationSeconds":null}',
  )
})

test('the fields of an embedded type are those of the type', () => {
  deepEqual(goForm('ConfigMapEnvSource', { name: 'a' }), { Name: 'a', Optional: null })
  deepEqual(goForm('ResourceFieldSelector', { resource: 'limits.cpu', divisor: 1 }), {
    ContainerName: '',
    Resource: 'limits.cpu',
    Divisor: '1',
  })
})

test('maps are printed in the order of their keys, empty ones as null', () => {
  const { Limits } = goForm('ResourceRequirements', { limits: { memory: '1Gi', cpu: '1' }, requests: {} })
  deepEqual(Object.keys(Limits as object), ['cpu', 'memory'])
  deepEqual(goForm('ResourceRequirements', { requests: {} }).Requests, null)
})

test('a template prints its metadata as JSON does, and what a pod shares with its node as part of its security', () => {
  const shown = goPodTemplate({ metadata: { labels: { b: '1', a: '2' } }, spec: { containers: [], hostNetwork: true } })
  deepEqual(Object.keys(shown), ['labels', 'Spec'])
  deepEqual((shown.Spec as { SecurityContext: { HostNetwork: boolean } }).SecurityContext.HostNetwork, true)
})

test('selectors are printed without what is empty', () => {
  deepEqual(goSelector({ matchLabels: {}, matchExpressions: [] }), {})
  deepEqual(JSON.stringify(goSelector({ matchLabels: { b: '1', a: '2' } })), '{"matchLabels":{"a":"2","b":"1"}}')
})

test('a type that is not known is a broken promise', () => throws(() => goForm('Nothing', {}), /broken promise/))
