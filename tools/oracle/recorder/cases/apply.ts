/** Server-side apply: who owns what, what conflicts, what is taken away again. */
import type { JsonObject } from '@muster/server/oracle/case.ts'
import { as, inNamespace, PATCH, raw, resource, setup, type TopicDraft } from '../draft.ts'
import { condition, POD_SPEC } from './bodies.ts'

const mapsIn = (namespace: string) => resource('v1', 'configmaps', 'ConfigMap', namespace)
const map = (data: JsonObject | null, metadata: JsonObject = {}): JsonObject => ({
  metadata: { name: 'a', ...metadata },
  ...(data && { data }),
})
const deployment = (spec: JsonObject, podSpec: JsonObject = POD_SPEC): JsonObject => ({
  metadata: { name: 'a' },
  spec: {
    selector: { matchLabels: { app: 'a' } },
    template: { metadata: { labels: { app: 'a' } }, spec: podSpec },
    ...spec,
  },
})
const containers = (...list: readonly JsonObject[]): JsonObject => ({
  automountServiceAccountToken: false,
  containers: list,
})

/** The topic. */
export const apply: TopicDraft = {
  topic: 'apply',
  cases: [
    inNamespace('ConfigMap', 'is owned field by field', (namespace) => {
      const it = mapsIn(namespace)
      return [
        it.apply('a', 'one', map({ a: '1', b: '1' })),
        it.apply('a', 'two', map({ b: '1', c: '2' })),
        it.apply('a', 'two', map({ b: '2', c: '2' })),
        it.apply('a', 'two', map({ b: '2', c: '2' }), 'force=true'),
        it.apply('a', 'one', map({ a: '1' })),
        it.apply('a', 'two', map({ c: '2' })),
        it.apply('a', 'one', map(null)),
        it.apply('a', 'two', map(null)),
        it.apply('a', 'three', map({})),
        it.apply(
          'a',
          'three',
          map({ a: '3' }, { labels: { l: '1' }, annotations: { n: '1' }, finalizers: ['example.test/f'] }),
        ),
        it.apply(
          'a',
          'four',
          map(null, { labels: { l: '2' }, annotations: { n: '2' }, finalizers: ['example.test/g'] }),
        ),
        it.apply('a', 'three', map(null)),
        it.apply(
          'a',
          'three',
          map({ a: '1' }, { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'uid-1' }] }),
        ),
        it.apply(
          'a',
          'four',
          map(null, { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'q', uid: 'uid-2' }] }),
        ),
      ]
    }),
    inNamespace('ConfigMap', 'meets other ways of writing', (namespace) => {
      const it = mapsIn(namespace)
      return [
        as('created', it.create(map({ a: '1', b: '1' }))),
        it.apply('a', 'one', map({ a: '1' })),
        it.apply('a', 'one', map({ b: '2' })),
        it.apply('a', 'one', map({ b: '2' }), 'force=true'),
        it.patch('merge', 'a', { data: { b: '3' } }, 'fieldManager=patcher'),
        it.apply('a', 'one', map({ b: '2' })),
        it.change(
          'a',
          'created',
          { metadata: { resourceVersion: null, managedFields: null }, data: { a: '9' } },
          'fieldManager=updater',
        ),
        it.apply('a', 'updater', map({ a: '9' })),
        it.change('a', 'created', { metadata: { resourceVersion: null }, data: null }),
        it.apply('a', 'one', map({ b: '2' })),
        it.patch('merge', 'a', { data: { b: null } }),
        it.apply('a', 'one', map({ b: '2' })),
      ]
    }),
    inNamespace('ConfigMap', 'says what it expects', (namespace) => {
      const it = mapsIn(namespace)
      const raw1 = (path: string, text: string) =>
        raw('PATCH', `${it.path}${path}`, { headers: { 'content-type': PATCH.apply }, text })
      return [
        as('a', it.apply('a', 'one', map({ a: '1' }))),
        it.apply('a', 'one', map({ a: '2' }, { resourceVersion: '{{a.metadata.resourceVersion}}' })),
        it.apply('a', 'one', map({ a: '3' }, { resourceVersion: '{{a.metadata.resourceVersion}}' })),
        it.apply('a', 'one', map({ a: '3' }, { uid: '{{a.metadata.uid}}' })),
        it.apply('a', 'one', map({ a: '3' }, { uid: '00000000-0000-0000-0000-000000000000' })),
        it.apply('none', 'one', { metadata: { name: 'none', resourceVersion: '5' } }),
        it.apply('none', 'one', { metadata: { name: 'none', uid: '00000000-0000-0000-0000-000000000000' } }),
        it.apply(
          'a',
          'one',
          map({ a: '3' }, { managedFields: [{ manager: 'x', operation: 'Apply', apiVersion: 'v1' }] }),
        ),
        it.apply('a', 'one', map({ a: '3' }, { managedFields: [] })),
        it.apply('a', 'one', map({ a: '3' }, { name: 'other' })),
        it.apply('a', 'one', map({ a: '3' }, { namespace: 'other' })),
        it.apply('a', 'one', { ...map({ a: '3' }), kind: 'Secret' }),
        it.apply('a', 'one', { ...map({ a: '3' }), apiVersion: 'v2' }),
        it.apply('a', 'one', { ...map(null), data: { a: 5 } }),
        it.apply('a', 'one', { ...map(null), unknown: 'field' }),
        it.apply('a', '', map({ a: '3' })),
        raw1('/a', '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}'),
        raw1('/a?fieldManager=one&force=perhaps', '{}'),
        raw1('/a?fieldManager=one', '{}'),
        raw1('/a?fieldManager=one', '{"kind":"ConfigMap"}'),
        raw1('/a?fieldManager=one', '{"apiVersion":"v1"'),
        raw1('/a?fieldManager=one', '[]'),
        raw1(
          '/yaml?fieldManager=one',
          'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: yaml}\ndata:\n  # said twice\n  a: "1"\n  a: "2"\n',
        ),
        raw1('/yaml?fieldManager=one', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: yaml}\ndata: {a: "1"}\n'),
        raw1(
          '/yaml?fieldManager=one&dryRun=All&force=true',
          'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: yaml}\ndata: {a: "2"}\n',
        ),
        raw1('/yaml?fieldManager=one', 'a: b: c'),
        raw1('?fieldManager=one', '{}'),
        it.apply('Bad_Name', 'one', { metadata: { name: 'Bad_Name' } }),
      ]
    }),
    inNamespace('ConfigMap', 'has its managed fields written', (namespace) => {
      const it = mapsIn(namespace)
      const fields = (list: readonly JsonObject[]): JsonObject => ({ metadata: { managedFields: list } })
      const right = {
        manager: 'm',
        operation: 'Update',
        apiVersion: 'v1',
        time: '2024-01-01T00:00:00Z',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { 'f:a': {} } },
      }
      return [
        as('a', it.apply('a', 'one', map({ a: '1' }))),
        it.patch('merge', 'a', fields([right])),
        it.patch('merge', 'a', fields([{ ...right, operation: 'Wish' }])),
        it.patch('merge', 'a', fields([{ ...right, fieldsType: 'FieldsV9' }])),
        it.patch('merge', 'a', fields([{ ...right, fieldsV1: { 'q:data': {} } }])),
        it.patch('merge', 'a', fields([{ ...right, manager: '{{repeat m 129}}' }])),
        it.patch('merge', 'a', fields([{}])),
        it.patch('merge', 'a', fields([])),
        it.patch('merge', 'a', { data: { b: '2' } }),
        it.apply('a', 'one', map({ a: '1' })),
        it.patch('json', 'a', [{ op: 'replace', path: '/metadata/managedFields', value: [{}] }]),
        it.apply('a', 'two', map({ a: '5' })),
        it.create({ metadata: { name: 'b', managedFields: [right] } }),
      ]
    }),
    inNamespace('Deployment', 'is applied with its lists', (namespace) => {
      const it = resource('apps/v1', 'deployments', 'Deployment', namespace)
      const main = (more: JsonObject = {}): JsonObject => ({ name: 'main', image: 'a:1', ...more })
      const only = (podSpec: JsonObject): JsonObject => ({
        metadata: { name: 'a' },
        spec: { template: { spec: podSpec } },
      })
      return [
        it.apply(
          'a',
          'one',
          deployment({}, containers(main({ ports: [{ containerPort: 80 }], env: [{ name: 'A', value: '1' }] }))),
        ),
        it.apply('a', 'two', only({ containers: [{ name: 'main', env: [{ name: 'B', value: '2' }] }] })),
        it.apply('a', 'two', only({ containers: [{ name: 'main', image: 'b:1' }] })),
        it.apply(
          'a',
          'two',
          only({ containers: [{ name: 'side', image: 's:1' }], volumes: [{ name: 'v', emptyDir: {} }] }),
        ),
        it.apply(
          'a',
          'two',
          only({ containers: [{ name: 'main', ports: [{ containerPort: 80, protocol: 'TCP', name: 'web' }] }] }),
        ),
        it.apply(
          'a',
          'two',
          only({ containers: [{ name: 'main', ports: [{ containerPort: 80, protocol: 'UDP', name: 'udp' }] }] }),
        ),
        it.apply('a', 'two', only({ tolerations: [{ key: 'a', operator: 'Exists' }] })),
        it.apply('a', 'three', only({ tolerations: [{ key: 'b', operator: 'Exists' }] })),
        it.apply(
          'a',
          'two',
          only({
            containers: [
              {
                name: 'main',
                env: [
                  { name: 'A', value: '1' },
                  { name: 'A', value: '2' },
                ],
              },
            ],
          }),
        ),
        it.apply('a', 'two', only({ containers: [{ image: 'nameless' }] })),
        it.apply('a', 'two', only({ containers: 'main' })),
        it.apply('a', 'one', deployment({ replicas: 3 }, containers(main()))),
        it.patch('merge', 'a', { spec: { replicas: 5 } }, 'fieldManager=scaler'),
        it.apply('a', 'one', deployment({ replicas: 3 }, containers(main()))),
        it.apply('a', 'one', deployment({}, containers(main()))),
        it.apply('a', 'one', deployment({}, containers({ name: 'other', image: 'o:1' }))),
        it.apply('a', 'one', deployment({ selector: { matchLabels: { app: 'b' } } }, containers(main()))),
      ]
    }),
    inNamespace('Deployment', 'has its status applied', (namespace) => {
      const it = resource('apps/v1', 'deployments', 'Deployment', namespace)
      const sub = it.sub('status')
      const status = (more: JsonObject): JsonObject => ({ metadata: { name: 'a' }, status: more })
      return [
        it.apply('a', 'one', { ...deployment({}), status: { replicas: 4 } }),
        sub.apply('a', 'controller', status({ replicas: 1, conditions: [condition('Available', 'True')] })),
        sub.apply('a', 'other', status({ replicas: 2 })),
        sub.apply('a', 'other', status({ conditions: [condition('Progressing', 'True')] })),
        sub.apply('a', 'controller', status({ replicas: 1 })),
        sub.apply('a', 'controller', { metadata: { name: 'a' }, spec: { replicas: 9 } }),
        sub.apply('none', 'controller', { metadata: { name: 'none' }, status: {} }),
      ]
    }),
    inNamespace('Service', 'is applied with keys that have defaults', (namespace) => {
      const it = resource('v1', 'services', 'Service', namespace)
      const body = (...ports: readonly JsonObject[]): JsonObject => ({ metadata: { name: 'a' }, spec: { ports } })
      return [
        it.apply('a', 'one', body({ port: 80 })),
        it.apply('a', 'two', body({ port: 80, protocol: 'TCP', targetPort: 8080 })),
        it.apply('a', 'one', body({ port: 80, name: 'web' }, { port: 81, name: 'more' })),
        it.apply('a', 'two', body({ port: 53, protocol: 'UDP', name: 'dns' })),
        it.apply('a', 'one', body({ port: 80, name: 'x' }, { port: 80, name: 'y' })),
        it.apply('a', 'one', body({ port: 81, name: 'more' })),
      ]
    }),
    inNamespace('ConfigMap', 'moves from the client to the server', (namespace) => {
      const it = mapsIn(namespace)
      const last = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"a":"1"}}'
      const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': last }
      return [
        setup(
          it.create(
            { metadata: { name: 'a', annotations }, data: { a: '1' } },
            'fieldManager=kubectl-client-side-apply',
          ),
        ),
        it.apply('a', 'kubectl', map({ a: '2' })),
        it.apply('a', 'kubectl', map({ a: '2', b: '3' })),
        it.get('a'),
      ]
    }),
    inNamespace('Pod', 'is applied by two', (namespace) => {
      const it = resource('v1', 'pods', 'Pod', namespace)
      return [
        it.apply('a', 'one', { metadata: { name: 'a' }, spec: POD_SPEC }),
        it.apply('a', 'one', { metadata: { name: 'a' }, spec: { ...POD_SPEC, restartPolicy: 'Never' } }),
        it.apply('a', 'two', { metadata: { name: 'a', labels: { l: 'm' } } }),
        it.apply('b', 'two', { metadata: { name: 'b' } }),
      ]
    }),
  ],
}
