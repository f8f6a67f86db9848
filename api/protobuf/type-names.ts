/** Which message a kind is, by the apiVersion and kind that every object carries. */
import { parseApiVersion } from '../object.ts'
import { typeNameOf } from '../tables/schemas.ts'
import { hasMessage } from './messages.ts'

/** The full name of the type of a kind; undefined for what has no protobuf: custom resources, and the Table of kubectl. */
export function protobufTypeOf(apiVersion: string, kind: string): string | undefined {
  const { group, version } = parseApiVersion(apiVersion) ?? {}
  if (group === undefined || version === undefined) return undefined
  const own = typeNameOf(group, version, kind)
  if (own !== undefined) return hasMessage(own) ? own : undefined
  const isShared = OF_EVERY_GROUP.has(kind) || (apiVersion === 'meta.k8s.io/v1' && OF_META.has(kind))
  return isShared ? `io.k8s.apimachinery.pkg.apis.meta.v1.${kind}` : undefined
}

/** Kinds that every group and version has. Source: apimachinery meta/v1 AddToGroupVersion. */
const OF_EVERY_GROUP: ReadonlySet<string> = new Set([
  'CreateOptions',
  'DeleteOptions',
  'GetOptions',
  'ListOptions',
  'PatchOptions',
  'UpdateOptions',
  'WatchEvent',
])

/** Kinds of meta.k8s.io/v1 that have protobuf. */
const OF_META: ReadonlySet<string> = new Set(['PartialObjectMetadata', 'PartialObjectMetadataList'])
