/**
 * The forms in which objects go out: as they are kept, in another version, as protobuf or YAML, as rows of a table, or
 * as their metadata alone.
 *
 * What is asked for most, JSON of the version that is kept, is the bytes that are kept. Everything else is made once for
 * each version of an object, and shared by all who ask for it.
 */

import { CLUSTER_ANNOTATION } from '@muster/api/cluster-annotation.ts'
import type { Column } from '@muster/api/columns.ts'
import { apiVersionOf, type KubeObject } from '@muster/api/object.ts'
import { encode as encodeMessage } from '@muster/api/protobuf/encode.ts'
import { encodeObject as encodeProtobuf, PROTOBUF_MEDIA_TYPE } from '@muster/api/protobuf/envelope.ts'
import { encodeList as encodeProtobufList } from '@muster/api/protobuf/lists.ts'
import { encodeWatchFrame, PROTOBUF_WATCH_MEDIA_TYPE } from '@muster/api/protobuf/watch-frames.ts'
import { internal, type Status } from '@muster/api/status.ts'
import { type IncludeObject, partialMetadata, tableHead, tableRow } from '@muster/api/table.ts'
import type { Instant } from '@muster/base/clock.ts'
import { isControlError } from '@muster/base/errors.ts'
import type { Accepted, MediaType } from '../http/accept.ts'
import type { Served } from '../registry/registry.ts'
import { parseKey } from '../storage/key.ts'
import { listJson } from '../storage/list-json.ts'
import type { ListPage } from '../storage/read.ts'
import type { Storage } from '../storage/storage.ts'
import { objectJson, parseObject, type StoredObject } from '../storage/stored-object.ts'
import { bookmarkObject, jsonWatchEncoding, type WatchEncoding } from '../storage/watch-encoding.ts'
import { fromStored, isStoredForm, servedTypeName } from './versions.ts'
import { writeYaml } from './write-yaml.ts'

/** One form: how an object, a list and the events of a watch become bytes. */
export interface Form {
  readonly contentType: string
  readonly watchContentType: string
  object(object: StoredObject): Uint8Array
  list(page: ListPage): Iterable<Uint8Array>
  readonly watch: WatchEncoding
}

/** What a form depends on besides the object. */
export interface FormRequest {
  readonly served: Served
  readonly accepted: Accepted
  readonly objects: Pick<Storage, 'encoded'>
  /** Ages are counted to it. */
  readonly now: () => Instant
  /** How much of each object a table carries. */
  readonly includeObject: IncludeObject
  /** Of the registry: a changed CustomResourceDefinition shows the same bytes otherwise. */
  readonly generation: number
  /** Over all logical clusters: each object says in an annotation which one is its own. */
  readonly acrossClusters?: boolean
}

/** The form that a client is to get. */
export function formOf(request: FormRequest): Form {
  const { served, accepted } = request
  if (request.acrossClusters && !accepted.as) return shapedForm(request, wholeShape(served, shownWithCluster))
  if (accepted.as) return shapedForm(request, shapeOf(request, accepted.as))
  if (accepted.mediaType === PROTOBUF_MEDIA_TYPE) return protobufForm(request)
  if (accepted.mediaType === 'application/json' && isStoredForm(served) && !accepted.pretty) return keptForm(served)
  return shapedForm(request, wholeShape(served))
}

/** JSON of the version that is kept: nothing is parsed. */
function keptForm(served: Served): Form {
  const type = typeOf(served)
  return {
    contentType: 'application/json',
    watchContentType: 'application/json',
    object: objectJson,
    list: (page) =>
      listJson(page, { apiVersion: type.apiVersion, kind: served.kind.listKind, bareItems: served.builtIn }),
    watch: jsonWatchEncoding(type),
  }
}

/** What an object becomes before it is written as text. */
interface Shape {
  readonly key: string
  readonly type: { readonly apiVersion: string; readonly kind: string }
  object(object: StoredObject, isFirst: boolean): unknown
  list(page: ListPage): object
  /** What becomes of a bookmark; it stays as it is when absent. */
  bookmark?(bookmark: KubeObject): unknown
}

const typeOf = ({ kind, version }: Served) => ({
  apiVersion: apiVersionOf({ group: kind.group, version: version.name }),
  kind: kind.kind,
})

/** The object in the version that is served. */
function shown(served: Served, object: StoredObject): KubeObject {
  try {
    return fromStored(served, parseObject(object))
  } catch (cause) {
    if (isControlError(cause)) throw cause
    // One object that cannot be shown must not end the watches of all others.
    throw internal(`${object.key} cannot be shown as ${served.kind.kind} ${served.version.name}: ${cause}`, cause)
  }
}

/** The same, with the logical cluster that it is of: a client that reads all of them tells objects apart by it. */
function shownWithCluster(served: Served, object: StoredObject): KubeObject {
  const whole = shown(served, object)
  const { cluster = '' } = parseKey(object.key) ?? {}
  const annotations = { ...whole.metadata.annotations, [CLUSTER_ANNOTATION]: cluster }
  return { ...whole, metadata: { ...whole.metadata, annotations } }
}

function wholeShape(served: Served, show = shown): Shape {
  const type = typeOf(served)
  const bare = ({ apiVersion, kind, ...rest }: KubeObject): object =>
    served.builtIn ? rest : { apiVersion, kind, ...rest }
  return {
    key: `${type.apiVersion} ${type.kind} ${show === shown ? '' : 'across clusters'}`,
    type,
    object: (object) => show(served, object),
    list: (page) => ({
      kind: served.kind.listKind,
      apiVersion: type.apiVersion,
      // Custom resources are listed without a type of their own, which would leave out what is empty.
      metadata: { ...(served.builtIn ? {} : { continue: '' }), ...listMetadata(page) },
      items: page.items.map((object) => bare(show(served, object))),
    }),
  }
}

function shapeOf(request: FormRequest, as: NonNullable<Accepted['as']>): Shape {
  const apiVersion = apiVersionOf(as)
  return as.kind === 'Table' ? tableShape(request, apiVersion) : metadataShape(request.served, apiVersion)
}

function metadataShape(served: Served, apiVersion: string): Shape {
  const type = { apiVersion, kind: 'PartialObjectMetadata' }
  return {
    key: `metadata ${apiVersion}`,
    type,
    object: (object) => partialMetadata(shown(served, object), apiVersion, served.version),
    list: (page) => ({
      kind: 'PartialObjectMetadataList',
      apiVersion,
      metadata: listMetadata(page),
      // As Go writes a list that nothing was ever put into.
      items:
        page.items.length > 0
          ? page.items.map((object) => partialMetadata(shown(served, object), apiVersion, served.version))
          : null,
    }),
  }
}

/** Which cluster an object is of, in a table of objects of several. */
const CLUSTER_COLUMN: Column = {
  name: 'Cluster',
  type: 'string',
  description: 'The logical cluster that the object is of.',
  priority: 0,
  cell: ({ metadata }) => metadata.annotations?.[CLUSTER_ANNOTATION] ?? '',
}

function tableShape(request: FormRequest, apiVersion: string): Shape {
  const { served, now, includeObject, acrossClusters = false } = request
  const show = acrossClusters ? shownWithCluster : shown
  const version = acrossClusters
    ? { ...served.version, columns: [CLUSTER_COLUMN, ...served.version.columns] }
    : served.version
  const row = (object: StoredObject) =>
    tableRow(version, show(served, object), { includeObject, now: now(), apiVersion })
  const table = (rows: readonly unknown[], metadata: object, withHead = true) => ({
    kind: 'Table',
    apiVersion,
    metadata,
    columnDefinitions: withHead ? tableHead(version.columns) : null,
    rows,
  })
  return {
    key: `table ${apiVersion} ${includeObject}${acrossClusters ? ' across clusters' : ''}`,
    type: { apiVersion, kind: 'Table' },
    object: (object, isFirst) => table([row(object)], { resourceVersion: String(object.revision) }, isFirst),
    list: (page) => table(page.items.map(row), listMetadata(page)),
    // A row of an object that has nothing but its version.
    bookmark: ({ metadata }) => {
      const empty = { ...typeOf(served), metadata }
      const rows = [tableRow(version, empty, { includeObject, now: now(), apiVersion })]
      return table(rows, { resourceVersion: metadata.resourceVersion }, false)
    },
  }
}

function listMetadata({ revision, continue: token, remaining }: ListPage): object {
  return {
    resourceVersion: String(revision),
    ...(token === undefined ? {} : { continue: token }),
    ...(remaining === undefined ? {} : { remainingItemCount: remaining }),
  }
}

/** A shape, written as JSON, YAML, or for metadata also protobuf. */
function shapedForm({ accepted: { mediaType, pretty }, generation }: FormRequest, shape: Shape): Form {
  const write = (value: unknown) => writeValue(mediaType, pretty, value)
  const event = (isFirst: boolean) => (type: string, object: StoredObject) =>
    writeEvent(mediaType, type, shape.object(object, isFirst))
  return {
    contentType: mediaType,
    watchContentType: mediaType === PROTOBUF_MEDIA_TYPE ? PROTOBUF_WATCH_MEDIA_TYPE : mediaType,
    object: (object) => write(shape.object(object, true)),
    list: (page) => [write(shape.list(page))],
    watch: {
      // Ages go on: rows of a table are not shared between one second and the next, only between those who watch.
      key: `${mediaType} ${shape.key} ${generation}`,
      event: event(false),
      ...(shape.type.kind === 'Table' ? { firstEvent: event(true) } : {}),
      bookmark: (revision, ends) => {
        const bookmark = bookmarkObject(shape.type, revision, ends)
        return writeEvent(mediaType, 'BOOKMARK', shape.bookmark?.(bookmark) ?? bookmark)
      },
      error: (status: Status) => writeEvent(mediaType, 'ERROR', status),
    },
  }
}

function writeValue(mediaType: MediaType, pretty: boolean, value: unknown): Uint8Array {
  switch (mediaType) {
    case 'application/json':
      return utf8(pretty ? `${JSON.stringify(value, undefined, 2)}\n` : `${JSON.stringify(value)}\n`)
    case 'application/yaml':
      return utf8(writeYaml(value))
    case 'application/vnd.kubernetes.protobuf':
      return encodeProtobuf(value as KubeObject)
    default:
      return mediaType satisfies never
  }
}

function writeEvent(mediaType: MediaType, type: string, object: unknown): Uint8Array {
  switch (mediaType) {
    case 'application/json':
      return utf8(`${JSON.stringify({ type, object })}\n`)
    case 'application/yaml':
      return utf8(`---\n${writeYaml({ type, object })}`)
    case 'application/vnd.kubernetes.protobuf':
      return encodeWatchFrame({ type, object: encodeProtobuf(object as KubeObject) })
    default:
      return mediaType satisfies never
  }
}

const encoder = new TextEncoder()
const utf8 = (text: string): Uint8Array => encoder.encode(text)

/** Protobuf of a built-in kind: each object's message is made once, and put into lists and envelopes as it is. */
function protobufForm({ served, objects }: FormRequest): Form {
  const type = typeOf(served)
  const typeName = servedTypeName(served)
  if (typeName === undefined)
    throw new TypeError(`broken promise: only built-in kinds are offered in protobuf: ${type.kind}`)
  const message = {
    key: `protobuf message ${type.apiVersion} ${type.kind}`,
    encode: (object: StoredObject) => encodeMessage(typeName, shown(served, object)),
  }
  const whole = (object: StoredObject) => encodeProtobuf(shown(served, object))
  return {
    contentType: PROTOBUF_MEDIA_TYPE,
    watchContentType: PROTOBUF_WATCH_MEDIA_TYPE,
    object: whole,
    list: (page) =>
      encodeProtobufList(
        { apiVersion: type.apiVersion, kind: served.kind.listKind, metadata: listMetadata(page) },
        page.items.map((object) => objects.encoded(object, message)),
      ),
    watch: {
      key: `${PROTOBUF_MEDIA_TYPE} ${type.apiVersion} ${type.kind}`,
      event: (event, object) => encodeWatchFrame({ type: event, object: whole(object) }),
      bookmark: (revision, ends) => writeEvent(PROTOBUF_MEDIA_TYPE, 'BOOKMARK', bookmarkObject(type, revision, ends)),
      error: (status) => writeEvent(PROTOBUF_MEDIA_TYPE, 'ERROR', status),
    },
  }
}
