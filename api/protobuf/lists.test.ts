import { equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { encode } from './encode.ts'
import { encodeObject } from './envelope.ts'
import { encodeList } from './lists.ts'
import { messageNames, messageOf } from './messages.ts'

const POD = 'io.k8s.api.core.v1.Pod'

const pods = (count: number) =>
  Array.from({ length: count }, (_, place) => ({ metadata: { name: `pod-${'x'.repeat(place % 200)}` }, spec: {} }))

const lists: readonly (readonly [count: number, blocks: number])[] = [
  [0, 1],
  [1, 1],
  [3000, 8],
]

for (const [count, blocks] of lists) {
  test(`a list of ${count} put together from its items is the list encoded whole`, () => {
    const head = { apiVersion: 'v1', kind: 'PodList', metadata: { resourceVersion: '7', continue: 'abc' } }
    const items = pods(count)
    const made = [
      ...encodeList(
        head,
        items.map((pod) => encode(POD, pod)),
      ),
    ]
    equal(Buffer.compare(Buffer.concat(made), encodeObject({ ...head, items })), 0)
    equal(made.length, blocks)
  })
}

test('every list of Kubernetes has its metadata at 1 and its items at 2', () => {
  const listed = messageNames().filter((name) => messageNames().includes(`${name}List`))
  ok(listed.length > 60)
  for (const name of listed) {
    const [metadata, items] = messageOf(`${name}List`).fields
    if (metadata?.json !== 'metadata') continue
    equal(metadata.number, 1)
    equal(items?.json, 'items')
    equal(items?.number, 2)
  }
})
