import { equal, ok, throws } from 'node:assert/strict'
import { test } from 'node:test'
import { hasCode } from '@muster/base/errors.ts'
import { encode } from './encode.ts'

const POD = 'io.k8s.api.core.v1.Pod'

const hexOf = (type: string, object: unknown): string => Buffer.from(encode(type, object)).toString('hex')

const MISFITS: readonly (readonly [object: unknown, message: RegExp])[] = [
  [[], /^cannot encode to protobuf: a Pod is wanted, and there is \[\]$/],
  [{ metadata: 'a' }, /^metadata: cannot encode .* a ObjectMeta is wanted, and there is "a"$/],
  [{ metadata: { name: 5 } }, /^metadata: name: cannot encode .* a text is wanted, and there is 5$/],
  [{ metadata: { generation: 1.5 } }, /an integer is wanted, and there is 1.5$/],
  [{ metadata: { labels: ['a'] } }, /^metadata: labels: .* a map is wanted/],
  [{ metadata: { finalizers: 'a' } }, /^metadata: finalizers: .* a list is wanted/],
  [
    { metadata: { creationTimestamp: 'today' } },
    /^metadata: creationTimestamp: .* a time is wanted, and there is "today"$/,
  ],
  [{ spec: { hostNetwork: 'yes' } }, /true or false is wanted/],
  [{ spec: { overhead: { cpu: true } } }, /^spec: overhead: .* a quantity is wanted/],
  [{ spec: { hostname: { a: 'x'.repeat(500) } } }, /^.{1,200}…$/],
]

for (const [object, message] of MISFITS) {
  test(`${JSON.stringify(object).slice(0, 60)} is refused, and the field is named`, () => {
    throws(
      () => encode(POD, object),
      (error) => {
        ok(hasCode(error, 'Internal'))
        ok(error instanceof Error && message.test(error.message), String(error))
        return true
      },
    )
  })
}

test('null is absent, in lists and maps as well', () => {
  const type = 'io.k8s.api.core.v1.Secret'
  equal(hexOf(type, { data: null, metadata: null }), hexOf(type, {}))
  equal(hexOf(type, { data: { a: null } }).slice(0, 10), hexOf(type, {}).slice(0, 10))
  equal(hexOf('io.k8s.api.core.v1.LoadBalancerStatus', { ingress: [null] }).slice(0, 2), '0a')
  const review = 'io.k8s.api.authentication.v1.UserInfo'
  equal(hexOf(review, { extra: { a: null } }), hexOf(review, { extra: { a: [] } }))
})

test('maps are in the order of their bytes, not of UTF-16', () => {
  const type = 'io.k8s.api.core.v1.ConfigMap'
  const order = hexOf(type, { data: { '\u{1f600}': '3', '\uffee': '2', a: '1' } })
  equal(
    order.slice(order.indexOf('1206')),
    '1206' + '0a0161120131' + '1208' + '0a03efbfae120132' + '1209' + '0a04f09f9880120133',
  )
})

test('a type that there is not is a broken promise', () => {
  throws(() => encode('Pod', {}), /broken promise: there is no protobuf of the type 'Pod'/)
})
