/** The cases that every kind has: its life, its defaults, what is refused at its creation and at its change. */

import { isObject } from '@muster/api/schema/json.ts'
import type { Json, JsonObject } from '@muster/server/oracle/case.ts'
import { mergePatch } from '@muster/server/oracle/template.ts'
import { as, asked, type CaseDraft, inCluster, inNamespace, type Resource, resource, type StepDraft } from './draft.ts'

/** A kind, with objects of it. Names are given here: `a` in a namespace, or one that is nobody else's. */
export interface KindDraft {
  readonly kind: string
  readonly apiVersion: string
  readonly plural: string
  readonly cluster?: true
  /** As little as is accepted; without metadata.name. */
  readonly minimal: JsonObject
  /** Other objects, by what they show: all their fields come back with defaults. */
  readonly rich?: Readonly<Record<string, JsonObject>>
  /** A merge patch upon the minimal object that is an accepted update. */
  readonly update?: JsonObject
  /** A merge patch for /status. */
  readonly status?: JsonObject
  /** Further states for the table: merge patches for /status of the minimal object, by what they show. */
  readonly states?: Readonly<Record<string, JsonObject>>
  /** Merge patches upon the minimal object that make it wrong, by what is wrong. */
  readonly refused?: Readonly<Record<string, JsonObject>>
  /** Merge patches upon the stored minimal object that are no accepted update. */
  readonly refusedUpdates?: Readonly<Record<string, JsonObject>>
  /** True for kinds whose names are checked by rules of their own: the checks of names are left out. */
  readonly ownNames?: true
  /** A name that the kind accepts, where `a` is none. */
  readonly objectName?: string
  /** True where kube-apiserver writes to such objects at moments of its own: they are only created dry. */
  readonly onlyTried?: true
  /** Said in the names of the cases, where a kind is served in several versions. */
  readonly version?: string
}

/** All cases of a kind. */
export function kindCases(draft: KindDraft): readonly CaseDraft[] {
  if (draft.onlyTried) return [triedCase(draft), ...refusedCases(draft)]
  return [
    lifeCase(draft),
    ...richCases(draft),
    ...stateCases(draft),
    ...refusedCases(draft),
    ...refusedUpdateCases(draft),
    applyCase(draft),
    collectionCase(draft),
  ]
}

interface Place {
  readonly resource: Resource
  readonly name: string
  /** Selects the objects of this case alone. */
  readonly mine: string
  readonly labels: JsonObject
}

function caseOf(draft: KindDraft, name: string, steps: (place: Place) => readonly StepDraft[]): CaseDraft {
  const { kind, apiVersion, plural, version } = draft
  const said = version ? `${name} as ${version}` : name
  const place = (namespace: string | undefined, label: string, objectName: string): Place => ({
    resource: resource(apiVersion, plural, kind, namespace),
    name: objectName,
    mine: `labelSelector=oracle%3D${label}`,
    labels: { oracle: label },
  })
  return draft.cluster
    ? inCluster(kind, said, (prefix) => steps(place(undefined, prefix, draft.objectName ?? prefix)))
    : inNamespace(kind, said, (namespace) => steps(place(namespace, namespace, draft.objectName ?? 'a')))
}

const named = (body: JsonObject, { name, labels }: Place): JsonObject => merge(body, { metadata: { name, labels } })

/** The fields of an object changed by a merge patch. */
export const merge = (body: JsonObject, change: JsonObject): JsonObject => {
  const merged: Json = mergePatch(body, change)
  return isObject(merged) ? merged : {}
}

const lifeCase = (draft: KindDraft): CaseDraft =>
  caseOf(draft, 'lives and dies', (place) => {
    const { resource: it, name, mine } = place
    return [
      it.create(named(draft.minimal, place), 'dryRun=All'),
      it.get(name),
      as('created', it.create(named(draft.minimal, place))),
      it.create(named(draft.minimal, place)),
      it.get(name),
      it.table(name),
      it.metadata(name),
      ...(draft.update
        ? [
            it.change(name, 'created', draft.update, 'dryRun=All'),
            as('updated', it.change(name, 'created', draft.update)),
            it.change(name, 'updated', {}),
            it.change(name, 'created', { metadata: { labels: { stale: 'yes' } } }),
          ]
        : []),
      it.change(name, 'created', { metadata: { resourceVersion: null, labels: { whole: 'new' } } }),
      it.change(name, 'created', { metadata: { name: `${name}-other` } }),
      ...(draft.status
        ? [
            it.sub('status').patch('merge', name, { status: draft.status, metadata: { labels: { by: 'status' } } }),
            it.sub('status').get(name),
            it.table(name),
            as('now', it.get(name)),
            it.change(name, 'now', { status: null, metadata: { annotations: { by: 'update' } } }),
          ]
        : []),
      it.patch('merge', name, { metadata: { labels: { patched: 'yes' }, annotations: { patched: 'yes' } } }),
      it.list(mine),
      it.table(undefined, `${mine}&includeObject=None`),
      it.metadataList(mine),
      it.watch(`resourceVersion={{created.metadata.resourceVersion}}&fieldSelector=metadata.name%3D${name}`),
      it.remove(name),
      it.get(name),
      it.remove(name),
    ]
  })

const triedCase = (draft: KindDraft): CaseDraft =>
  caseOf(draft, 'is tried', (place) =>
    [draft.minimal, ...Object.values(draft.rich ?? {})].map((body) =>
      place.resource.create(named(body, place), 'dryRun=All'),
    ),
  )

const richCases = (draft: KindDraft): readonly CaseDraft[] =>
  Object.entries(draft.rich ?? {}).map(([what, body]) =>
    caseOf(draft, `is created with ${what}`, (place) => {
      const { resource: it, name } = place
      return [
        it.create(named(body, place)),
        it.table(name, 'includeObject=None'),
        it.remove(name, { gracePeriodSeconds: 0 }),
      ]
    }),
  )

const stateCases = (draft: KindDraft): readonly CaseDraft[] =>
  draft.states
    ? [
        caseOf(draft, 'shows its states in a table', (place) => {
          const { resource: it, name } = place
          return [
            as('created', it.create(named(draft.minimal, place))),
            ...Object.values(draft.states ?? {}).flatMap((state) => [
              it.sub('status').change(name, 'created', { metadata: { resourceVersion: null }, status: state }),
              asked(it.table(name), { query: 'includeObject=None' }),
            ]),
            it.remove(name, { gracePeriodSeconds: 0 }),
          ]
        }),
      ]
    : []

/** Names that no kind accepts, and labels that no object may have. */
const WRONG_METADATA: Readonly<Record<string, JsonObject>> = {
  'no name': { metadata: { name: null } },
  'a name in capitals': { metadata: { name: 'Capital_Name' } },
  'a long name': { metadata: { name: '{{repeat x 254}}' } },
  'a bad label': { metadata: { labels: { '-bad': 'bad value!' } } },
  'a bad annotation': { metadata: { annotations: { 'a b': 'c' } } },
  'a bad owner': { metadata: { ownerReferences: [{ apiVersion: '', kind: '', name: '', uid: '' }] } },
  'a bad finalizer': { metadata: { finalizers: ['no-domain', 'a b/c'] } },
}

function refusedCases(draft: KindDraft): readonly CaseDraft[] {
  const wrongs = [...Object.entries(draft.ownNames ? {} : WRONG_METADATA), ...Object.entries(draft.refused ?? {})]
  const name = 'is refused when wrong'
  let right: JsonObject = {}
  const refused = caseOf(draft, name, (place) => {
    const { resource: it } = place
    right = { apiVersion: draft.apiVersion, kind: draft.kind, ...named(draft.minimal, place) }
    return [
      // Only tried: what turns out to be accepted must not be in the way of the next.
      it.create({ metadata: { name: place.name } }, 'dryRun=All'),
      ...wrongs.map(([, wrong]) => it.createFrom('right', wrong, 'dryRun=All')),
    ]
  })
  return [{ ...refused, bodies: { right } }]
}

const refusedUpdateCases = (draft: KindDraft): readonly CaseDraft[] =>
  draft.refusedUpdates
    ? [
        caseOf(draft, 'refuses wrong updates', (place) => {
          const { resource: it, name } = place
          return [
            as('created', it.create(named(draft.minimal, place))),
            ...Object.values(draft.refusedUpdates ?? {}).map((wrong) => it.change(name, 'created', wrong)),
            it.remove(name, { gracePeriodSeconds: 0 }),
          ]
        }),
      ]
    : []

const applyCase = (draft: KindDraft): CaseDraft =>
  caseOf(draft, 'is applied', (place) => {
    const { resource: it, name } = place
    const whole = named(Object.values(draft.rich ?? {})[0] ?? draft.minimal, place)
    return [
      it.apply(name, 'first', whole),
      it.apply(name, 'second', merge(whole, { metadata: { labels: { second: 'yes' } } })),
      it.apply(name, 'first', { metadata: { name, labels: { second: 'no' } } }),
      it.remove(name, { gracePeriodSeconds: 0 }),
    ]
  })

const collectionCase = (draft: KindDraft): CaseDraft =>
  caseOf(draft, 'is listed and deleted by collection', (place) => {
    const { resource: it, mine } = place
    return [
      it.list(mine),
      ...(draft.objectName ? [it.create(named(draft.minimal, place))] : []),
      ...(draft.objectName
        ? []
        : ['b', 'a'].map((suffix) =>
            it.create(merge(named(draft.minimal, place), { metadata: { name: `${place.name}-${suffix}` } })),
          )),
      it.list(mine),
      it.list(`${mine}&limit=1`),
      it.removeAll(mine),
      it.list(mine),
    ]
  })
