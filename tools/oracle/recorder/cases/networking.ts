/** Services and what leads to them. */
import type { JsonObject } from '@muster/server/oracle/case.ts'
import { as, inNamespace, resource, type TopicDraft } from '../draft.ts'
import { type KindDraft, kindCases } from '../kind-cases.ts'

const spec = (change: JsonObject): JsonObject => ({ spec: change })
const PORTS = [{ port: 80 }]

const BACKEND: JsonObject = { service: { name: 's', port: { number: 80 } } }
const PATHS: JsonObject = { paths: [{ path: '/', pathType: 'Prefix', backend: BACKEND }] }

const KINDS: readonly KindDraft[] = [
  {
    kind: 'Service',
    apiVersion: 'v1',
    plural: 'services',
    minimal: spec({ ports: PORTS }),
    rich: {
      'many ports and a selector': spec({
        selector: { app: 'a' },
        sessionAffinity: 'ClientIP',
        internalTrafficPolicy: 'Local',
        publishNotReadyAddresses: true,
        externalIPs: ['203.0.113.5'],
        ports: [
          { name: 'web', port: 80, targetPort: 8080, appProtocol: 'http' },
          { name: 'dns', port: 53, protocol: 'UDP', targetPort: 'dns' },
        ],
      }),
      'no head': spec({ clusterIP: 'None', selector: { app: 'a' } }),
      'a port of each node': spec({ type: 'NodePort', externalTrafficPolicy: 'Local', ports: PORTS }),
      'a balancer': spec({
        type: 'LoadBalancer',
        loadBalancerSourceRanges: ['10.0.0.0/8'],
        loadBalancerClass: 'example.test/lb',
        ports: PORTS,
      }),
      'a name elsewhere': spec({ type: 'ExternalName', externalName: 'db.example.test' }),
    },
    update: spec({ selector: { app: 'b' } }),
    status: { loadBalancer: {}, conditions: [] },
    refused: {
      'no ports': spec({ ports: [] }),
      'a port out of range': spec({ ports: [{ port: 0 }, { name: 'b', port: 70000 }] }),
      'ports without names': spec({ ports: [{ port: 80 }, { port: 81 }] }),
      'two ports of one name': spec({
        ports: [
          { name: 'a', port: 80 },
          { name: 'a', port: 81 },
        ],
      }),
      'two ports of one number': spec({
        ports: [
          { name: 'a', port: 80 },
          { name: 'b', port: 80 },
        ],
      }),
      'a bad protocol': spec({ ports: [{ port: 80, protocol: 'ICMP' }] }),
      'a bad target': spec({ ports: [{ port: 80, targetPort: 'Not_OK' }] }),
      'an unknown type': spec({ type: 'Magic' }),
      'a name elsewhere that is none': spec({ type: 'ExternalName', externalName: 'Not OK' }),
      'an external name with an address': spec({ type: 'ExternalName', externalName: 'a.b', clusterIP: '10.96.0.9' }),
      'an address out of range': spec({ clusterIP: '10.1.1.1' }),
      'an address that is none': spec({ clusterIP: 'ten' }),
      'an address that is taken': spec({ clusterIP: '10.96.0.1' }),
      'no head and a balancer': spec({ type: 'LoadBalancer', clusterIP: 'None' }),
      'an unknown affinity': spec({ sessionAffinity: 'Friend' }),
      'an affinity out of range': spec({
        sessionAffinity: 'ClientIP',
        sessionAffinityConfig: { clientIP: { timeoutSeconds: 99999999 } },
      }),
      'an external policy without a door': spec({ externalTrafficPolicy: 'Local' }),
      'an unknown internal policy': spec({ internalTrafficPolicy: 'Sideways' }),
      'a node port without its type': spec({ ports: [{ port: 80, nodePort: 30123 }] }),
      'a node port out of range': spec({ type: 'NodePort', ports: [{ port: 80, nodePort: 99 }] }),
      'a source range that is none': spec({ type: 'LoadBalancer', loadBalancerSourceRanges: ['all'] }),
      'an external address that is none': spec({ externalIPs: ['127.0.0.1', 'x'] }),
      'a bad selector': spec({ selector: { 'a b': 'c' } }),
      'two families of addresses': spec({ ipFamilyPolicy: 'RequireDualStack' }),
      'the other family': spec({ ipFamilies: ['IPv6'] }),
      'a balancer class without its type': spec({ loadBalancerClass: 'a/b' }),
      'a name with a dot': { metadata: { name: 'a.b' } },
      'a name that starts with a digit': { metadata: { name: '1a' } },
    },
    refusedUpdates: {
      'another address': spec({ clusterIP: '10.96.200.200', clusterIPs: ['10.96.200.200'] }),
      'no head any more': spec({ clusterIP: 'None', clusterIPs: ['None'] }),
      'no ports': spec({ ports: null }),
      'a name elsewhere': spec({ type: 'ExternalName', externalName: 'a.b' }),
    },
  },
  {
    kind: 'Ingress',
    apiVersion: 'networking.k8s.io/v1',
    plural: 'ingresses',
    minimal: spec({ defaultBackend: BACKEND }),
    rich: {
      'rules and certificates': spec({
        ingressClassName: 'front',
        tls: [{ hosts: ['a.example.test'], secretName: 'tls' }],
        rules: [{ host: 'a.example.test', http: PATHS }, { host: '*.example.test', http: PATHS }, { http: PATHS }],
      }),
      'a backend of another kind': spec({
        defaultBackend: { resource: { apiGroup: 'example.test', kind: 'Bucket', name: 'b' } },
      }),
    },
    update: spec({ rules: [{ host: 'b.example.test', http: PATHS }] }),
    status: { loadBalancer: { ingress: [{ ip: '203.0.113.9' }, { hostname: 'lb.example.test' }] } },
    refused: {
      'no spec': { spec: null },
      'a host that is an address': spec({ rules: [{ host: '10.1.1.1', http: PATHS }] }),
      'a host that is none': spec({ rules: [{ host: 'Not_OK', http: PATHS }] }),
      'a path without a type': spec({ rules: [{ http: { paths: [{ path: '/', backend: BACKEND }] } }] }),
      'an unknown type of path': spec({
        rules: [{ http: { paths: [{ path: '/', pathType: 'Regex', backend: BACKEND }] } }],
      }),
      'a relative path': spec({ rules: [{ http: { paths: [{ path: 'x', pathType: 'Exact', backend: BACKEND }] } }] }),
      'a path with dots': spec({
        rules: [{ http: { paths: [{ path: '/a/../b', pathType: 'Prefix', backend: BACKEND }] } }],
      }),
      'no paths': spec({ rules: [{ http: { paths: [] } }] }),
      'a backend without a port': spec({ defaultBackend: { service: { name: 's' } } }),
      'a backend of two kinds': spec({
        defaultBackend: { service: { name: 's', port: { number: 1 } }, resource: { kind: 'a', name: 'b' } },
      }),
      'a backend with two ports': spec({ defaultBackend: { service: { name: 's', port: { number: 1, name: 'a' } } } }),
      'a class twice': {
        metadata: { annotations: { 'kubernetes.io/ingress.class': 'a' } },
        spec: { ingressClassName: 'b' },
      },
      'a class that is no name': spec({ ingressClassName: 'Not_OK' }),
    },
  },
  {
    kind: 'IngressClass',
    apiVersion: 'networking.k8s.io/v1',
    plural: 'ingressclasses',
    cluster: true,
    minimal: spec({ controller: 'example.test/front' }),
    rich: {
      parameters: spec({
        controller: 'example.test/front',
        parameters: { apiGroup: 'example.test', kind: 'Front', name: 'f', scope: 'Namespace', namespace: 'n' },
      }),
    },
    update: { metadata: { annotations: { a: 'b' } } },
    refused: {
      'a controller without a domain': spec({ controller: 'front' }),
      'no controller (accepted)': spec({ controller: null }),
      'parameters without a namespace': spec({ parameters: { kind: 'Front', name: 'f', scope: 'Namespace' } }),
      'parameters of an unknown scope': spec({ parameters: { kind: 'Front', name: 'f', scope: 'World' } }),
      'parameters without a name': spec({ parameters: { kind: 'Front' } }),
    },
    refusedUpdates: { 'another controller': spec({ controller: 'example.test/other' }) },
  },
  {
    kind: 'NetworkPolicy',
    apiVersion: 'networking.k8s.io/v1',
    plural: 'networkpolicies',
    minimal: spec({ podSelector: {} }),
    rich: {
      'both directions': spec({
        podSelector: { matchLabels: { app: 'a' } },
        policyTypes: ['Ingress', 'Egress'],
        ingress: [
          {
            from: [{ namespaceSelector: {}, podSelector: { matchLabels: { app: 'b' } } }],
            ports: [{ port: 80 }, { port: 'web', protocol: 'UDP' }],
          },
        ],
        egress: [
          {
            to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }],
            ports: [{ port: 1000, endPort: 2000 }],
          },
        ],
      }),
      'egress alone': spec({ podSelector: {}, egress: [{}] }),
    },
    update: spec({ podSelector: { matchLabels: { app: 'c' } } }),
    refused: {
      'a block that is none': spec({ ingress: [{ from: [{ ipBlock: { cidr: 'all' } }] }] }),
      'an exception outside its block': spec({
        ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/16'] } }] }],
      }),
      'a peer of nothing': spec({ ingress: [{ from: [{}] }] }),
      'a peer of two kinds': spec({ ingress: [{ from: [{ podSelector: {}, ipBlock: { cidr: '10.0.0.0/8' } }] }] }),
      'an unknown direction': spec({ policyTypes: ['Sideways'] }),
      'a bad protocol': spec({ ingress: [{ ports: [{ protocol: 'ICMP', port: 1 }] }] }),
      'a port out of range': spec({ ingress: [{ ports: [{ port: 99999 }] }] }),
      'an end before its start': spec({ ingress: [{ ports: [{ port: 10, endPort: 5 }] }] }),
      'an end without a start': spec({ ingress: [{ ports: [{ endPort: 5 }] }] }),
    },
  },
  {
    kind: 'EndpointSlice',
    apiVersion: 'discovery.k8s.io/v1',
    plural: 'endpointslices',
    minimal: { addressType: 'IPv4', endpoints: [] },
    rich: {
      endpoints: {
        addressType: 'IPv4',
        endpoints: [
          {
            addresses: ['10.1.2.3'],
            conditions: { ready: true },
            hostname: 'h',
            nodeName: 'n',
            zone: 'z',
            hints: { forZones: [{ name: 'z' }] },
            targetRef: { kind: 'Pod', name: 'p' },
          },
          { addresses: ['10.1.2.4'] },
        ],
        ports: [
          { name: 'web', port: 80 },
          { name: 'dns', port: 53, protocol: 'UDP', appProtocol: 'dns' },
        ],
      },
      'names of hosts': { addressType: 'FQDN', endpoints: [{ addresses: ['a.example.test'] }], ports: [{}] },
    },
    update: { endpoints: [{ addresses: ['10.1.2.9'] }], ports: [{ port: 80 }] },
    refused: {
      'no type': { addressType: null },
      'an unknown type': { addressType: 'Post' },
      'an address of another type': { endpoints: [{ addresses: ['fd00::1'] }] },
      'no addresses': { endpoints: [{ addresses: [] }] },
      'two ports of one name': { ports: [{ port: 1 }, { port: 2 }] },
      'a bad protocol': { ports: [{ port: 1, protocol: 'ICMP' }] },
      'a long zone hint': { endpoints: [{ addresses: ['10.1.1.1'], hints: { forZones: [{ name: 'Not OK' }] } }] },
      'a loopback address': { endpoints: [{ addresses: ['127.0.0.1'] }] },
    },
    refusedUpdates: { 'another type': { addressType: 'IPv6' } },
  },
  {
    kind: 'IPAddress',
    apiVersion: 'networking.k8s.io/v1',
    plural: 'ipaddresses',
    cluster: true,
    ownNames: true,
    objectName: '192.168.77.7',
    minimal: spec({ parentRef: { group: '', resource: 'services', namespace: 'none', name: 'none' } }),
    refused: {
      'no parent': spec({ parentRef: null }),
      'a parent without a name': spec({ parentRef: { resource: 'services' } }),
      'a name that is no address': { metadata: { name: 'not-an-address' } },
      'a name that is not the usual form': { metadata: { name: '192.168.077.007' } },
    },
    refusedUpdates: { 'another parent': spec({ parentRef: { name: 'other' } }) },
  },
  {
    kind: 'ServiceCIDR',
    apiVersion: 'networking.k8s.io/v1',
    plural: 'servicecidrs',
    cluster: true,
    minimal: spec({ cidrs: ['192.168.0.0/24'] }),
    refused: {
      'no ranges': spec({ cidrs: [] }),
      'a range that is none': spec({ cidrs: ['all'] }),
      'three ranges': spec({ cidrs: ['192.168.0.0/24', '192.168.1.0/24', 'fd00::/64'] }),
      'two of one family': spec({ cidrs: ['192.168.0.0/24', '192.168.1.0/24'] }),
      'bits beyond the mask': spec({ cidrs: ['192.168.0.1/24'] }),
    },
    refusedUpdates: { 'another range': spec({ cidrs: ['192.168.3.0/24'] }) },
    status: { conditions: [] },
  },
]

/** The topic. */
export const networking: TopicDraft = {
  topic: 'networking',
  cases: [
    ...KINDS.flatMap(kindCases),
    inNamespace('Service', 'changes its type', (namespace) => {
      const it = resource('v1', 'services', 'Service', namespace)
      return [
        as('a', it.create({ metadata: { name: 'a' }, spec: { ports: PORTS } })),
        as('b', it.change('a', 'a', spec({ type: 'NodePort' }))),
        as('c', it.change('a', 'b', spec({ type: 'LoadBalancer' }))),
        it.sub('status').patch('merge', 'a', {
          status: { loadBalancer: { ingress: [{ ip: '203.0.113.7', ports: [{ port: 80, protocol: 'TCP' }] }] } },
        }),
        it.table('a'),
        it.sub('status').patch('merge', 'a', { status: { loadBalancer: { ingress: [{ ip: 'x' }] } } }),
        it.change('a', 'c', { metadata: { resourceVersion: null }, spec: { type: 'ClusterIP' } }),
        it.patch('merge', 'a', spec({ type: 'ExternalName', externalName: 'a.example.test' })),
        it.patch(
          'merge',
          'a',
          spec({ type: 'ExternalName', externalName: 'a.example.test', clusterIP: null, clusterIPs: null }),
        ),
        it.patch('merge', 'a', spec({ type: 'ClusterIP', externalName: null })),
        it.patch('strategic', 'a', spec({ ports: [{ port: 81, name: 'more' }] })),
        it.patch(
          'strategic',
          'a',
          spec({
            ports: [
              { port: 80, name: 'web' },
              { port: 81, name: 'more' },
            ],
          }),
        ),
        it.patch('strategic', 'a', spec({ ports: [{ port: 80, $patch: 'delete' }] })),
        it.create({ metadata: { name: 'fixed' }, spec: { clusterIP: '10.96.77.77', ports: PORTS } }),
        it.create({ metadata: { name: 'twice' }, spec: { clusterIP: '10.96.77.77', ports: PORTS } }),
        it.create({ metadata: { name: 'port' }, spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 31777 }] } }),
        it.create({ metadata: { name: 'port-2' }, spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 31777 }] } }),
        it.create({ metadata: { name: 'dry' }, spec: { type: 'NodePort', ports: PORTS } }, 'dryRun=All'),
        it.list('fieldSelector=spec.type%3DNodePort'),
        it.list('fieldSelector=spec.clusterIP%3DNone'),
        it.table(undefined, 'includeObject=None'),
        it.removeAll(),
      ]
    }),
  ],
}
