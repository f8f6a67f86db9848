/** Patches of every type, with every directive of the strategic one; strictness about fields; dry runs. */
import type { JsonObject } from '@muster/server/oracle/case.ts'
import {
  as,
  asked,
  type CaseDraft,
  inNamespace,
  PATCH,
  raw,
  resource,
  type StepDraft,
  setup,
  type TopicDraft,
} from '../draft.ts'
import { POD_TEMPLATE } from './bodies.ts'

const mapsIn = (namespace: string) => resource('v1', 'configmaps', 'ConfigMap', namespace)
const deploymentsIn = (namespace: string) => resource('apps/v1', 'deployments', 'Deployment', namespace)

const DEPLOYMENT: JsonObject = {
  metadata: { name: 'a', labels: { x: 'y' }, finalizers: ['example.test/one', 'example.test/two'] },
  spec: {
    selector: { matchLabels: { app: 'a' } },
    template: {
      metadata: { labels: { app: 'a' } },
      spec: {
        automountServiceAccountToken: false,
        tolerations: [{ key: 'k', operator: 'Exists' }],
        imagePullSecrets: [{ name: 'one' }, { name: 'two' }],
        volumes: [
          { name: 'v', emptyDir: {} },
          { name: 'w', hostPath: { path: '/w' } },
        ],
        containers: [
          {
            name: 'main',
            image: 'a:1',
            args: ['--one', '--two'],
            env: [
              { name: 'A', value: '1' },
              { name: 'B', value: '2' },
            ],
            ports: [{ containerPort: 80 }, { containerPort: 81, name: 'more' }],
            volumeMounts: [
              { name: 'v', mountPath: '/v' },
              { name: 'w', mountPath: '/w' },
            ],
          },
          { name: 'side', image: 's:1' },
        ],
      },
    },
  },
}
const podSpec = (change: JsonObject): JsonObject => ({ spec: { template: { spec: change } } })
const main = (change: JsonObject): JsonObject => podSpec({ containers: [{ name: 'main', ...change }] })

const strategicCase = (name: string, patches: readonly JsonObject[]): CaseDraft =>
  inNamespace('Deployment', `strategic patch: ${name}`, (namespace) => {
    const it = deploymentsIn(namespace)
    return [setup(it.create(DEPLOYMENT)), ...patches.map((patch) => it.patch('strategic', 'a', patch))]
  })

const jsonPatches: readonly (readonly JsonObject[])[] = [
  [{ op: 'add', path: '/data/b', value: '2' }],
  [{ op: 'replace', path: '/data/a', value: '3' }],
  [{ op: 'remove', path: '/data/b' }],
  [
    { op: 'test', path: '/data/a', value: '3' },
    { op: 'copy', from: '/data/a', path: '/data/c' },
  ],
  [{ op: 'move', from: '/data/c', path: '/data/d' }],
  [{ op: 'test', path: '/data/a', value: 'other' }],
  [{ op: 'remove', path: '/data/none' }],
  [{ op: 'replace', path: '/data/none', value: 'x' }],
  [{ op: 'add', path: '/none/deep', value: 'x' }],
  [{ op: 'explode', path: '/data/a' }],
  [{ op: 'add', path: 'data/a', value: 'x' }],
  [{ op: 'add', path: '/data/e' }],
  [{ op: 'add', path: '/metadata/annotations', value: { 'a~b/c': 'd' } }],
  [{ op: 'replace', path: '/metadata/annotations/a~0b~1c', value: 'e' }],
  [{ op: 'add', path: '/data', value: { whole: 'new' } }],
  [{ op: 'replace', path: '/metadata/name', value: 'other' }],
  [{ op: 'remove', path: '/metadata/name' }],
  [{ op: 'add', path: '/data/n', value: 5 }],
  [],
]

const mergePatches: readonly JsonObject[] = [
  { data: { b: '2' } },
  { data: { a: null } },
  { data: null },
  {},
  { data: { a: '1' }, metadata: { name: 'other' } },
  { metadata: { uid: '00000000-0000-0000-0000-000000000000' } },
  { metadata: { resourceVersion: '1' } },
  { metadata: { labels: { 'bad label': 'x' } } },
  { metadata: { namespace: 'other' } },
  { kind: 'Secret' },
  { apiVersion: 'v2' },
  { unknown: 'field' },
  { data: { n: 5 } },
  { metadata: { creationTimestamp: null, generation: 7, selfLink: '/x', deletionTimestamp: '2024-01-01T00:00:00Z' } },
  { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u', controller: true }] } },
  { immutable: true },
  { data: { late: 'x' } },
]

const typed = (namespace: string, contentType: string, text: string, query = ''): StepDraft =>
  raw('PATCH', `${mapsIn(namespace).path}/a${query}`, { headers: { 'content-type': contentType }, text })

/** Fields that are unknown, written twice, or both. */
const STRICT_TEXT =
  '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"NAME","nope":1,"name":"NAME"},"data":{"a":"1","a":"2"},"unknown":true}'
const POD_TEXT =
  '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"NAME"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"m","image":"a:1","imagee":"b","image":"c:1"}],"nodeNam":"n"}}'

const strictCase = (level: string): CaseDraft =>
  inNamespace('ConfigMap', `unknown fields: ${level || 'by default'}`, (namespace) => {
    const query = level ? `fieldValidation=${level}` : ''
    const maps = mapsIn(namespace)
    const path = (plural: string): string => `/api/v1/namespaces/${namespace}/${plural}${query ? `?${query}` : ''}`
    return [
      raw('POST', path('configmaps'), { text: STRICT_TEXT.replaceAll('NAME', 'a') }),
      raw('POST', path('pods'), { text: POD_TEXT.replaceAll('NAME', 'a') }),
      raw('POST', path('configmaps'), {
        text: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: yaml\n  nope: 1\nnope: 2\nnope: 3\n',
        headers: { 'content-type': 'application/yaml' },
      }),
      setup(maps.create({ metadata: { name: 'there' } })),
      asked(maps.update('there', { metadata: { name: 'there' }, unknown: true }), { query }),
      asked(maps.patch('merge', 'there', { unknown: { a: 1 }, data: { a: '1' } }), { query }),
      asked(maps.patch('json', 'there', [{ op: 'add', path: '/unknown', value: 1 }]), { query }),
      asked(maps.patch('strategic', 'there', { metadata: { unknown: 1 } }), { query }),
      raw('PATCH', `${maps.path}/there?${query}`, {
        headers: { 'content-type': PATCH.merge },
        text: '{"data":{"a":"1","a":"2"}}',
      }),
      maps.apply('there', 'm', { metadata: { name: 'there' }, unknown: true }, query),
    ]
  })

/** The topic. */
export const patches: TopicDraft = {
  topic: 'patches',
  cases: [
    inNamespace('ConfigMap', 'JSON patch', (namespace) => {
      const it = mapsIn(namespace)
      return [
        setup(it.create({ metadata: { name: 'a' }, data: { a: '1' } })),
        ...jsonPatches.map((patch) => it.patch('json', 'a', patch)),
        it.patch('json', 'none', [{ op: 'add', path: '/data/b', value: '2' }]),
        it.patch('json', 'a', { op: 'add' }),
        typed(namespace, PATCH.json, '[{'),
      ]
    }),
    inNamespace('ConfigMap', 'merge patch', (namespace) => {
      const it = mapsIn(namespace)
      return [
        setup(it.create({ metadata: { name: 'a' }, data: { a: '1' } })),
        ...mergePatches.map((patch) => it.patch('merge', 'a', patch)),
        it.patch('merge', 'none', {}),
        it.patch('merge', 'a', []),
        it.patch('merge', 'a', 'text'),
        typed(namespace, PATCH.merge, '{"data":'),
        typed(namespace, PATCH.merge, 'data:\n  y: "1"\n'),
        typed(namespace, PATCH.merge, ''),
      ]
    }),
    inNamespace('ConfigMap', 'types of patches', (namespace) => [
      setup(mapsIn(namespace).create({ metadata: { name: 'a' } })),
      ...['application/json', 'text/plain', 'application/merge-patch+yaml', 'application/xml; charset=x', ''].map(
        (type) => typed(namespace, type, '{}'),
      ),
      typed(namespace, 'application/merge-patch+json; charset=utf-8', '{}'),
      typed(namespace, PATCH.merge, '{}', '?force=true'),
      typed(namespace, PATCH.merge, '{}', '?fieldManager='),
      typed(namespace, PATCH.merge, '{}', '?fieldManager={{repeat m 129}}'),
      typed(namespace, PATCH.merge, '{}', '?fieldManager=%07'),
      typed(namespace, PATCH.merge, '{"data":{"m":"1"}}', '?fieldManager=named'),
      raw('POST', `/api/v1/namespaces/${namespace}/configmaps?fieldManager=creator`, {
        body: { metadata: { name: 'b' }, data: { a: '1' } },
      }),
      raw('POST', `/api/v1/namespaces/${namespace}/configmaps`, {
        headers: { 'user-agent': 'tool/v1 (linux) more' },
        body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: '1' } },
      }),
    ]),
    strategicCase('lists by key', [
      main({ image: 'a:2' }),
      podSpec({ containers: [{ name: 'new', image: 'n:1' }] }),
      podSpec({ containers: [{ image: 'x' }] }),
      main({
        env: [
          { name: 'B', value: 'two' },
          { name: 'C', value: '3' },
        ],
      }),
      main({ ports: [{ containerPort: 80, name: 'web' }] }),
      main({ ports: [{ containerPort: 80, protocol: 'UDP', name: 'udp' }] }),
      main({ args: ['--three'] }),
      podSpec({ tolerations: [{ key: 'other', operator: 'Exists' }] }),
      podSpec({ imagePullSecrets: [{ name: 'three' }] }),
      { metadata: { finalizers: ['example.test/three'] } },
      { metadata: { labels: { x: null, z: 'new' } } },
      main({ env: null }),
      main({ volumeMounts: [{ name: 'moved', mountPath: '/v' }] }),
    ]),
    strategicCase('deletion by directive', [
      main({ env: [{ name: 'A', $patch: 'delete' }] }),
      podSpec({ containers: [{ name: 'side', $patch: 'delete' }] }),
      podSpec({ containers: [{ name: 'none', $patch: 'delete' }] }),
      podSpec({ containers: [{ $patch: 'delete' }] }),
      podSpec({
        volumes: [{ name: 'w', $patch: 'delete' }],
        containers: [{ name: 'main', volumeMounts: [{ mountPath: '/w', $patch: 'delete' }] }],
      }),
      { metadata: { '$deleteFromPrimitiveList/finalizers': ['example.test/one'] } },
      { metadata: { labels: { $patch: 'delete' } } },
      podSpec({ $patch: 'delete' }),
    ]),
    strategicCase('replacement by directive', [
      podSpec({ containers: [{ $patch: 'replace' }, { name: 'only', image: 'o:1' }] }),
      { metadata: { labels: { $patch: 'replace', fresh: 'yes' } } },
      podSpec({ volumes: [{ $patch: 'replace' }] }),
      podSpec({ $patch: 'merge', hostNetwork: true }),
      podSpec({ $patch: 'unheard-of' }),
      { metadata: { labels: { $patch: 'replace' } } },
    ]),
    strategicCase('order of elements', [
      podSpec({
        '$setElementOrder/containers': [{ name: 'side' }, { name: 'main' }],
        containers: [{ name: 'main', image: 'a:3' }],
      }),
      podSpec({
        '$setElementOrder/containers': [{ name: 'new' }, { name: 'side' }, { name: 'main' }],
        containers: [{ name: 'new', image: 'n:1' }],
      }),
      podSpec({ '$setElementOrder/containers': [{ name: 'main' }], containers: [{ name: 'new', image: 'n:2' }] }),
      {
        metadata: {
          '$setElementOrder/finalizers': ['example.test/two', 'example.test/one', 'example.test/new'],
          finalizers: ['example.test/new'],
        },
      },
      main({ '$setElementOrder/env': [{ name: 'B' }, { name: 'A' }] }),
    ]),
    strategicCase('kept keys', [
      { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } },
      {
        spec: {
          strategy: { $retainKeys: ['type', 'rollingUpdate'], type: 'RollingUpdate', rollingUpdate: { maxSurge: 2 } },
        },
      },
      { spec: { strategy: { type: 'Recreate' } } },
      podSpec({ volumes: [{ name: 'w', $retainKeys: ['name', 'emptyDir'], emptyDir: {} }] }),
      { spec: { strategy: { $retainKeys: ['rollingUpdate'], type: 'Recreate' } } },
    ]),
    strategicCase('what it refuses', [
      { spec: { replicas: 'many' } },
      { spec: { template: [] } },
      podSpec({ containers: {} }),
      podSpec({ containers: ['main'] }),
      { metadata: { name: 'other' } },
      { metadata: { resourceVersion: '1' } },
      { spec: { selector: { matchLabels: { app: 'b' } } } },
      {},
    ]),
    inNamespace('Service', 'strategic patch: ports of a service', (namespace) => {
      const it = resource('v1', 'services', 'Service', namespace)
      return [
        setup(
          it.create({
            metadata: { name: 'a' },
            spec: {
              ports: [
                { name: 'web', port: 80 },
                { name: 'more', port: 81 },
              ],
              selector: { app: 'a', x: 'y' },
            },
          }),
        ),
        it.patch('strategic', 'a', { spec: { ports: [{ port: 80, targetPort: 8080 }] } }),
        it.patch('strategic', 'a', { spec: { selector: { x: null } } }),
        it.patch('strategic', 'a', { spec: { selector: { $patch: 'replace', app: 'b' } } }),
      ]
    }),
    ...['', 'Strict', 'Warn', 'Ignore', 'Odd'].map(strictCase),
    inNamespace('ConfigMap', 'dry runs', (namespace) => {
      const it = mapsIn(namespace)
      const dry = 'dryRun=All'
      return [
        it.create({ metadata: { name: 'a' } }, 'dryRun=Some'),
        it.create({ metadata: { generateName: 'a-' } }, dry),
        as('a', it.create({ metadata: { name: 'a' } })),
        it.create({ metadata: { name: 'a' } }, dry),
        it.create({ metadata: { name: '' } }, dry),
        it.change('a', 'a', { data: { a: '1' } }, dry),
        it.patch('merge', 'a', { data: { a: '1' } }, dry),
        it.apply('a', 'm', { metadata: { name: 'a' }, data: { a: '1' } }, dry),
        it.apply('new', 'm', { metadata: { name: 'new' }, data: { a: '1' } }, dry),
        it.update('new', { metadata: { name: 'new' } }, dry),
        it.remove('a', undefined, dry),
        it.remove('a', { dryRun: ['All'] }),
        it.remove('a', { dryRun: ['Nothing'] }),
        it.removeAll(dry),
        it.get('a'),
        it.list(),
      ]
    }),
    inNamespace('Deployment', 'generation and what raises it', (namespace) => {
      const it = deploymentsIn(namespace)
      return [
        it.create({
          metadata: { name: 'a', generation: 9 },
          spec: { selector: { matchLabels: { app: 'a' } }, template: POD_TEMPLATE },
        }),
        it.patch('merge', 'a', { metadata: { labels: { a: 'b' } } }),
        it.patch('merge', 'a', { metadata: { annotations: { a: 'b' } } }),
        it.patch('merge', 'a', { spec: { replicas: 2 } }),
        it.patch('merge', 'a', { spec: { replicas: 2 } }),
        it.sub('status').patch('merge', 'a', { status: { replicas: 1 } }),
        it.patch('merge', 'a', { metadata: { finalizers: ['example.test/keep'] } }),
        it.remove('a'),
        it.get('a'),
      ]
    }),
  ],
}
