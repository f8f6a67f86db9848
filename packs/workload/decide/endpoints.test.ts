/** Slices and Endpoints of services, in tables and whatever happens. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod, Service } from '@muster/api/types/core-v1.ts'
import type { EndpointSlice } from '@muster/api/types/discovery-v1.ts'
import fc from 'fast-check'
import { decideSlices, ENDPOINTS_MAX, HEADLESS, type SliceStep } from './endpoint-slices.ts'
import { ADDRESSES_MAX, decideEndpoints, OVER_CAPACITY } from './endpoints.ts'

const service = (spec: Service['spec'] = {}, labels: Record<string, string> = {}): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'shop', uid: 's1', labels },
  spec: {
    selector: { app: 'web' },
    clusterIP: '10.96.0.9',
    ipFamilies: ['IPv4'],
    ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }],
    ...spec,
  },
})

interface PodWishes {
  readonly ready?: boolean
  readonly going?: boolean
  readonly phase?: string
  readonly port?: number
  readonly hostname?: string
  readonly ip?: string
  readonly weight?: string
}

const pod = (at: number, wishes: PodWishes = {}): Pod => {
  const {
    ready = true,
    going = false,
    phase = 'Running',
    port = 8080,
    hostname,
    weight,
    ip = `10.1.${at >> 8}.${at & 255}`,
  } = wishes
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `p${at}`,
      namespace: 'shop',
      uid: `u${at}`,
      labels: { app: 'web' },
      ...(weight ? { annotations: { 'muster.dev/weight': weight } } : {}),
      ...(going ? { deletionTimestamp: '2026-11-23T00:00:00Z' } : {}),
    },
    spec: {
      nodeName: 'n1',
      containers: [{ name: 'app', ports: [{ name: 'http', containerPort: port }] }],
      ...(hostname ? { hostname, subdomain: 'web' } : {}),
    },
    status: {
      phase,
      ...(ip ? { podIP: ip, podIPs: [{ ip }] } : {}),
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    },
  }
}

const look = (pods: readonly Pod[], slices: readonly EndpointSlice[] = [], of = service()) =>
  decideSlices({ service: of, pods, slices, zoneOf: () => 'a' })

let made = 0

/** The slices once the steps are done. */
function after(slices: readonly EndpointSlice[], steps: readonly SliceStep[]): EndpointSlice[] {
  const byName = new Map(slices.map((slice) => [slice.metadata.name ?? '', slice]))
  for (const { do: what, slice } of steps) {
    const name = slice.metadata.name ?? `web-${++made}`
    if (what === 'delete') byName.delete(name)
    else byName.set(name, { ...slice, metadata: { ...slice.metadata, name } })
  }
  return [...byName.values()]
}

test('a ready pod is an endpoint; one that goes serves and is not ready; one without an address is none', () => {
  const [step, ...more] = look([
    pod(1),
    pod(2, { going: true }),
    pod(3, { ready: false }),
    pod(4, { phase: 'Succeeded' }),
    pod(5, { ip: '' }),
  ])
  equal(more.length, 0)
  equal(step?.do, 'create')
  deepEqual(
    step?.slice.endpoints?.map(({ addresses, conditions }) => [addresses[0], conditions]),
    [
      ['10.1.0.1', { ready: true, serving: true, terminating: false }],
      ['10.1.0.2', { ready: false, serving: true, terminating: true }],
      ['10.1.0.3', { ready: false, serving: false, terminating: false }],
    ],
  )
  deepEqual(step?.slice.ports, [{ name: 'http', port: 8080, protocol: 'TCP' }])
  deepEqual(step?.slice.endpoints?.[0], {
    addresses: ['10.1.0.1'],
    conditions: { ready: true, serving: true, terminating: false },
    nodeName: 'n1',
    zone: 'a',
    targetRef: { kind: 'Pod', namespace: 'shop', name: 'p1', uid: 'u1' },
  })
  const { labels, ownerReferences, generateName } = step?.slice.metadata ?? {}
  deepEqual(labels, {
    'kubernetes.io/service-name': 'web',
    'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
  })
  equal(generateName, 'web-')
  equal(ownerReferences?.[0]?.uid, 's1')
})

test('a service without pods has a slice without endpoints, and keeps it', () => {
  const [step] = look([])
  deepEqual([step?.do, step?.slice.endpoints, step?.slice.ports], ['create', [], []])
  const slices = after([], look([]))
  deepEqual(look([], slices), [])
  const full = after(slices, look([pod(1)], slices))
  equal(full.length, 1)
  equal(full[0]?.endpoints?.length, 1)
  deepEqual(
    after(full, look([], full)).map(({ endpoints }) => endpoints),
    [[]],
  )
})

test("a slice that would go is changed into one that would come, when it is the service's own", () => {
  const slices = after([], look([])).map((slice) => ({ ...slice, metadata: { ...slice.metadata, name: 'web-1' } }))
  const said = (steps: ReturnType<typeof look>) => steps.map((step) => [step.do, step.slice.metadata.name])
  deepEqual(said(look([pod(1)], slices)), [['update', 'web-1']])
  const former = slices.map((slice) => ({ ...slice, metadata: { ...slice.metadata, ownerReferences: [] } }))
  deepEqual(said(look([pod(1)], former)), [
    ['delete', 'web-1'],
    ['create', undefined],
  ])
})

test('pods whose named ports differ are in slices of their own', () => {
  const steps = look([pod(1), pod(2, { port: 9090 }), pod(3)])
  deepEqual(
    steps.map(({ slice }) => [slice.ports?.[0]?.port, slice.endpoints?.length]),
    [
      [8080, 2],
      [9090, 1],
    ],
  )
})

test('pods that weigh otherwise are in slices of their own, which say so; one that weighs as all do again goes back', () => {
  const told = ({ slice: { metadata, endpoints = [] } }: SliceStep) => [metadata.annotations, endpoints.length]
  const steps = look([pod(1), pod(2, { weight: '10' }), pod(3, { weight: 'ten' }), pod(4, { weight: '100' })])
  deepEqual(steps.map(told), [
    [undefined, 3],
    [{ 'muster.dev/weight': '10' }, 1],
  ])
  const slices = after([], steps)
  const back = after(slices, look([pod(1), pod(2), pod(3), pod(4)], slices))
  deepEqual(
    back.map((slice) => told({ do: 'update', slice })),
    [[undefined, 4]],
  )
  // The one slice becomes another: it must not keep what it said before.
  const alone = after([], look([pod(1, { weight: '10' })]))
  const [step] = look([pod(1)], alone)
  deepEqual([step?.do, step && told(step)], ['update', [{}, 1]])
})

test('a headless service says so, names its pods, and takes those that are not ready when it wants them', () => {
  const db = service({ clusterIP: 'None', publishNotReadyAddresses: true })
  const [step] = look([pod(1, { hostname: 'web-0', ready: false })], [], db)
  equal(step?.slice.metadata.labels?.[HEADLESS], '')
  equal(step?.slice.endpoints?.[0]?.hostname, 'web-0')
  equal(step?.slice.endpoints?.[0]?.conditions?.ready, true)
})

test('what changed is written, and nothing else; what is left without endpoints goes', () => {
  const many = Array.from({ length: 250 }, (_, at) => pod(at))
  const slices = after([], look(many))
  deepEqual(
    slices.map(({ endpoints }) => endpoints?.length),
    [100, 100, 50],
  )
  deepEqual(look(many, slices), [])
  const unready = many.map((one, at) => (at === 120 ? pod(at, { ready: false }) : one))
  deepEqual(
    look(unready, slices).map(({ do: what, slice }) => [what, slice.metadata.name]),
    [['update', slices[1]?.metadata.name]],
  )
  const fewer = many.slice(0, 200)
  deepEqual(
    look(fewer, slices).map(({ do: what, slice }) => [what, slice.metadata.name]),
    [['delete', slices[2]?.metadata.name]],
  )
  // New ones fill what has room.
  const more = [...many, pod(400), pod(401)]
  deepEqual(
    look(more, slices).map(({ do: what, slice }) => [what, slice.endpoints?.length]),
    [['update', 52]],
  )
})

test('whatever comes and goes: every endpoint once, no slice too long, a second look writes nothing', () => {
  const change = fc.record({
    at: fc.nat({ max: 260 }),
    act: fc.constantFrom('come', 'come', 'come', 'go', 'unready', 'other port', 'other weight'),
    count: fc.integer({ min: 1, max: 120 }),
  })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
      const pods = new Map<number, Pod>()
      let slices: EndpointSlice[] = []
      for (const { at, act, count } of changes) {
        for (let one = at; one < at + count; one++) {
          if (act === 'come') pods.set(one, pod(one))
          if (act === 'go') pods.delete(one)
          if (act === 'unready' && pods.has(one)) pods.set(one, pod(one, { ready: false }))
          if (act === 'other weight' && pods.has(one)) pods.set(one, pod(one, { weight: '10' }))
          if (act === 'other port' && pods.has(one)) pods.set(one, pod(one, { port: 9090 }))
        }
        const all = [...pods.values()]
        const before = slices
        const steps = look(all, slices)
        slices = after(slices, steps)
        const found = slices.flatMap(({ endpoints = [] }) => endpoints.map(({ targetRef }) => targetRef?.uid ?? ''))
        deepEqual(found.toSorted(), all.map(({ metadata }) => metadata.uid ?? '').toSorted())
        for (const { endpoints = [] } of slices) ok(endpoints.length <= ENDPOINTS_MAX)
        ok(slices.length > 0)
        deepEqual(look(all, slices), [])
        for (const step of steps)
          if (step.do === 'update') ok(before.some(({ metadata }) => metadata.name === step.slice.metadata.name))
      }
    }),
    { numRuns: 40 },
  )
})

test('Endpoints say the same for those who still read them', () => {
  const wanted = decideEndpoints(
    service(),
    [pod(2), pod(1), pod(3, { ready: false }), pod(4, { going: true })],
    undefined,
  )
  deepEqual(wanted?.subsets, [
    {
      addresses: [1, 2].map((at) => ({
        ip: `10.1.0.${at}`,
        nodeName: 'n1',
        targetRef: { kind: 'Pod', namespace: 'shop', name: `p${at}`, uid: `u${at}` },
      })),
      notReadyAddresses: [
        { ip: '10.1.0.3', nodeName: 'n1', targetRef: { kind: 'Pod', namespace: 'shop', name: 'p3', uid: 'u3' } },
      ],
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    },
  ])
  ok(wanted)
  equal(decideEndpoints(service(), [pod(1), pod(2), pod(3, { ready: false })], wanted), undefined)
})

test('of too many addresses the ready ones are named first, and that there are more is said until it is over', () => {
  const many = Array.from({ length: ADDRESSES_MAX + 5 }, (_, at) => pod(at, { ready: at >= 5 }))
  const cut = decideEndpoints(service(), many, undefined)
  equal(cut?.subsets?.[0]?.addresses?.length, ADDRESSES_MAX)
  equal(cut?.metadata.annotations?.[OVER_CAPACITY], 'truncated')
  const fewer = decideEndpoints(service(), many.slice(5), cut)
  equal(fewer?.metadata.annotations?.[OVER_CAPACITY], undefined)
})
