/** Lists, selectors, versions, pages and watches. */
import type { JsonObject } from '@muster/server/oracle/case.ts'
import {
  as,
  asked,
  inCluster,
  inNamespace,
  METADATA,
  METADATA_LIST,
  raw,
  resource,
  type StepDraft,
  setup,
  TABLE,
  type TopicDraft,
} from '../draft.ts'
import { POD_SPEC } from './bodies.ts'

const mapsIn = (namespace: string) => resource('v1', 'configmaps', 'ConfigMap', namespace)
const LABELS: Readonly<Record<string, JsonObject>> = {
  a: { app: 'x', tier: 'front' },
  b: { app: 'x', tier: 'back' },
  c: { app: 'y' },
  d: {},
}
const four = (namespace: string): readonly StepDraft[] =>
  Object.entries(LABELS).map(([name, labels]) => ({
    ...setup(mapsIn(namespace).create({ metadata: { name, labels } })),
    name,
  }))

const selectors = [
  'app=x',
  'app==x',
  'app!=x',
  'app in (x,y)',
  'app notin (x)',
  'app',
  '!app',
  'app=x,tier=front',
  'app in (x),tier notin (back),!z',
  'tier in ()',
  'app=',
  'app in (x',
  '=x',
  'app=x y',
  'app>1',
  'a/b/c=d',
  'app=-bad',
  ',',
  'app in x',
  'x notin (a,,b)',
  '!',
  'app=x,',
]
const fields = [
  'metadata.name=a',
  'metadata.name!=a',
  'metadata.namespace=none',
  'metadata.name=a,metadata.name=b',
  'metadata.name',
  'metadata.labels=x',
  'data=x',
  'metadata.name==a',
  'metadata.name=a\\,b',
  '=',
  'metadata.uid=x',
]
const queries = [
  'limit=2',
  'limit=0',
  'limit=-1',
  'limit=x',
  'limit=2&resourceVersion=0',
  'continue=x',
  'continue=e30',
  'resourceVersion=x',
  'resourceVersion=-1',
  'resourceVersion=0',
  'resourceVersionMatch=Exact',
  'resourceVersion=1&resourceVersionMatch=Odd',
  'resourceVersion=0&resourceVersionMatch=Exact',
  'resourceVersion=0&resourceVersionMatch=NotOlderThan',
  'resourceVersion=1&resourceVersionMatch=Exact',
  'resourceVersion=1&resourceVersionMatch=NotOlderThan',
  'watch=x',
  'timeoutSeconds=x',
  'pretty=true&limit=1',
  'unknown=1&limit=1',
  'sendInitialEvents=true',
  'allowWatchBookmarks=maybe',
  'labelSelector=app&labelSelector=tier',
  'limit=2&limit=3',
]

/** The topic. */
export const lists: TopicDraft = {
  topic: 'lists',
  cases: [
    inNamespace('ConfigMap', 'is selected by labels', (namespace) => [
      ...four(namespace),
      ...selectors.map((selector) =>
        asked(mapsIn(namespace).metadataList(), { query: `labelSelector=${encodeURIComponent(selector)}` }),
      ),
    ]),
    inNamespace('ConfigMap', 'is selected by fields', (namespace) => [
      ...four(namespace),
      ...fields.map((selector) =>
        asked(mapsIn(namespace).metadataList(), { query: `fieldSelector=${encodeURIComponent(selector)}` }),
      ),
    ]),
    inNamespace('ConfigMap', 'is listed by odd queries', (namespace) => [
      ...four(namespace),
      ...queries.map((query) => asked(mapsIn(namespace).metadataList(), { query })),
    ]),
    inNamespace('ConfigMap', 'is listed by pages', (namespace) => {
      const it = mapsIn(namespace)
      return [
        ...four(namespace),
        as('page', it.list('limit=3')),
        it.list('limit=3&continue={{page.metadata.continue}}'),
        it.list('limit=3&continue={{page.metadata.continue}}&resourceVersion=5'),
        it.list('limit=3&continue={{page.metadata.continue}}&resourceVersion=0'),
        it.list('continue={{page.metadata.continue}}&labelSelector=app'),
        it.list('limit=4'),
        it.list('limit=1&labelSelector=app%3Dx'),
        setup(it.create({ metadata: { name: 'e' } })),
        it.list('limit=3&continue={{page.metadata.continue}}'),
        as('exact', it.list('limit=1&resourceVersionMatch=Exact&resourceVersion={{d.metadata.resourceVersion}}')),
        it.list('limit=9&continue={{exact.metadata.continue}}'),
        it.table(undefined, 'limit=2&includeObject=None'),
        it.table(undefined, 'limit=2&includeObject=Object'),
        it.table(undefined, 'includeObject=Odd'),
      ]
    }),
    inNamespace('ConfigMap', 'is read as of a version', (namespace) => {
      const it = mapsIn(namespace)
      return [
        ...four(namespace),
        it.list('resourceVersionMatch=Exact&resourceVersion={{a.metadata.resourceVersion}}'),
        it.list('resourceVersionMatch=Exact&resourceVersion={{c.metadata.resourceVersion}}&limit=2'),
        it.list('resourceVersionMatch=NotOlderThan&resourceVersion={{a.metadata.resourceVersion}}'),
        it.list('resourceVersion={{a.metadata.resourceVersion}}'),
        it.list('resourceVersion={{a.metadata.resourceVersion}}&limit=1'),
        it.get('a', 'resourceVersion=0'),
        it.get('a', 'resourceVersion={{d.metadata.resourceVersion}}'),
        it.get('a', 'resourceVersion=9000000000000000'),
        it.get('a', 'resourceVersion=x'),
        it.list('resourceVersion=9000000000000000'),
        it.list('resourceVersion=9000000000000000&resourceVersionMatch=Exact'),
        setup(it.remove('a')),
        it.list('resourceVersionMatch=Exact&resourceVersion={{b.metadata.resourceVersion}}'),
        it.list('labelSelector=none'),
        it.list('resourceVersion=0&labelSelector=none'),
      ]
    }),
    inNamespace('ConfigMap', 'is given other forms', (namespace) => {
      const it = mapsIn(namespace)
      const accept = (value: string, path = `${it.path}/a`): StepDraft =>
        raw('GET', path, { headers: { accept: value } })
      return [
        ...four(namespace),
        ...[
          '*/*',
          'application/*',
          'application/yaml',
          'text/html',
          'application/json;q=0.5,application/yaml',
          'application/json;as=Nothing;v=v1;g=meta.k8s.io',
          'application/xml',
        ].map((type) => accept(type)),
        accept('application/json;as=Table;v=v1;g=meta.k8s.io,application/json'),
        accept('application/json;as=Table;v=v9;g=meta.k8s.io,application/json'),
        accept('application/json;as=Table;v=v1beta1;g=meta.k8s.io'),
        accept('application/json;as=Table;g=meta.k8s.io;v=v1', it.path),
        accept(METADATA.accept, it.path),
        accept(METADATA_LIST.accept),
        accept('application/json;stream=watch', it.path),
        accept('application/yaml;as=Table;v=v1;g=meta.k8s.io'),
        accept('application/yaml', '/api/v1/namespaces/none/configmaps/none'),
        raw('POST', it.path, {
          headers: METADATA,
          body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm' } },
        }),
        raw('POST', it.path, {
          headers: TABLE,
          body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 't' } },
        }),
        raw('DELETE', `${it.path}/t`, { headers: TABLE }),
        raw('DELETE', `${it.path}/none`, { headers: TABLE }),
        raw('GET', `${it.path}/a`, { headers: { 'user-agent': 'curl/8' } }),
        raw('GET', `${it.path}/a?pretty=1`),
      ]
    }),
  ],
}

const watched = (namespace: string): readonly StepDraft[] => {
  const it = mapsIn(namespace)
  return [
    ...four(namespace),
    setup(it.patch('merge', 'a', { metadata: { labels: { app: 'y' } } })),
    setup(it.patch('merge', 'c', { metadata: { labels: { app: 'x' } } })),
    setup(it.patch('merge', 'b', { data: { n: '1' } })),
    setup(it.remove('b')),
    setup(it.create({ metadata: { name: 'b' } })),
    setup(it.patch('merge', 'd', { metadata: { finalizers: ['example.test/keep'] } })),
    setup(it.remove('d')),
  ]
}

/** The topic. */
export const watches: TopicDraft = {
  topic: 'watches',
  cases: [
    inNamespace('ConfigMap', 'is watched', (namespace) => {
      const it = mapsIn(namespace)
      const since = 'resourceVersion={{d.metadata.resourceVersion}}'
      return [
        ...watched(namespace),
        it.watch(since),
        it.watch(`${since}&labelSelector=app%3Dx`),
        it.watch(`${since}&labelSelector=app%21%3Dx`),
        it.watch(`${since}&fieldSelector=metadata.name%3Db`),
        it.watch(`${since}&fieldSelector=metadata.name%3Db&labelSelector=app`),
        it.watch(),
        it.watch('resourceVersion=0'),
        it.watch('resourceVersion=0&labelSelector=app%3Dy'),
        it.watch('resourceVersion=1'),
        it.watch('resourceVersion=x'),
        it.watch('resourceVersion=9000000000000000'),
        it.watch('resourceVersionMatch=NotOlderThan'),
        it.watch('fieldSelector=data%3Dx'),
        it.watch('labelSelector=a+b'),
        it.watch('limit=1&resourceVersion=0'),
        asked(it.watch(since), { headers: TABLE }),
        asked(it.watch(since), { query: 'includeObject=None', headers: TABLE }),
        asked(it.watch(since), { headers: METADATA }),
        asked(it.watch(since), { headers: { accept: 'application/yaml' } }),
        raw('GET', `${it.path}?watch=true&timeoutSeconds=1&${since}`, {
          headers: { accept: 'application/json;stream=watch' },
        }),
        raw('GET', `/api/v1/watch/namespaces/${namespace}/configmaps?timeoutSeconds=1&${since}`),
        raw('GET', `/api/v1/watch/namespaces/${namespace}/configmaps/b?timeoutSeconds=1&${since}`),
        raw('GET', `${it.path}/b?watch=1&timeoutSeconds=1&${since}`),
        raw('POST', `${it.path}?watch=1`, {
          body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'watch' } },
        }),
      ]
    }),
    inNamespace('ConfigMap', 'is watched from its beginning', (namespace) => {
      const it = mapsIn(namespace)
      const initial = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true'
      return [
        ...watched(namespace),
        it.watch(initial),
        it.watch(`${initial}&resourceVersion=0`),
        it.watch(`${initial}&resourceVersion={{d.metadata.resourceVersion}}`),
        it.watch(`${initial}&labelSelector=app%3Dx`),
        it.watch(`${initial}&labelSelector=none`),
        it.watch('sendInitialEvents=true'),
        it.watch('sendInitialEvents=true&resourceVersionMatch=NotOlderThan'),
        it.watch('sendInitialEvents=true&resourceVersionMatch=Exact&allowWatchBookmarks=true'),
        it.watch('sendInitialEvents=false&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true'),
        it.watch(`${initial}&resourceVersion=x`),
        asked(it.watch(initial), { headers: TABLE }),
        asked(it.watch(initial), { headers: METADATA }),
        asked(it.list(initial), {}),
      ]
    }),
    inNamespace('Pod', 'is watched by its node', (namespace) => {
      const it = resource('v1', 'pods', 'Pod', namespace)
      return [
        { ...setup(it.create({ metadata: { name: 'a' }, spec: POD_SPEC })), name: 'a' },
        setup(
          it
            .sub('binding')
            .post('a', { kind: 'Binding', metadata: { name: 'a' }, target: { kind: 'Node', name: 'n' } }),
        ),
        setup(it.create({ metadata: { name: 'b' }, spec: { ...POD_SPEC, nodeName: 'n' } })),
        setup(it.sub('status').patch('merge', 'a', { status: { phase: 'Running' } })),
        setup(it.remove('b', { gracePeriodSeconds: 0 })),
        it.watch('resourceVersion={{a.metadata.resourceVersion}}&fieldSelector=spec.nodeName%3Dn'),
        it.watch('resourceVersion={{a.metadata.resourceVersion}}&fieldSelector=status.phase%3DPending'),
        asked(it.watch('resourceVersion={{a.metadata.resourceVersion}}'), {
          headers: TABLE,
          query: 'includeObject=None',
        }),
      ]
    }),
    inCluster('Namespace', 'is watched', () => {
      const it = resource('v1', 'namespaces', 'Namespace')
      return [
        it.watch('fieldSelector=metadata.name%3Dkube-public'),
        asked(it.watch('fieldSelector=metadata.name%3Dkube-public'), { headers: METADATA }),
      ]
    }),
  ],
}
