/** An object in the version that is served, and the same object in the version that is kept. */
import type { Kind, KindVersion } from '@muster/api/kind.ts'
import { apiVersionOf, type GroupVersion, type KubeObject } from '@muster/api/object.ts'
import { typeNameOf } from '@muster/api/tables/schemas.ts'
import { assert } from '@muster/base/errors.ts'
import type { Served } from '../registry/registry.ts'

/** The object as it is kept. May be the same one, changed. */
export function toStored(served: Served, object: KubeObject): KubeObject {
  if (isStoredVersion(served)) return object
  const { kind, version } = served
  const { kind: name, storedAs, storage, group } = kind
  return typed({ group: storage?.group ?? group, version: storedAs }, name, version.convert?.toStored(object) ?? object)
}

/** The object, which was kept, as this version shows it. May be the same one, changed. */
export const fromStored = (served: Served, stored: KubeObject): KubeObject =>
  toVersion(served, served.version.read?.(stored) ?? stored)

/** The object, which is in the version that is kept, in this version. May be the same one, changed. */
export function toVersion(served: Served, object: KubeObject): KubeObject {
  if (isStoredVersion(served)) return object
  const { kind, version } = served
  const { kind: name, group } = kind
  return typed({ group, version: version.name }, name, version.convert?.fromStored(object) ?? object)
}

/** The version whose bytes are kept, of the kind that a path named. */
export function storedVersion(kind: Kind): KindVersion {
  const found = kind.versions.find(({ name }) => name === kind.storedAs)
  assert(found, `${kind.kind} has the version that it is stored in`)
  return found
}

/** True when the bytes that are kept are the bytes that are shown. */
export const isStoredForm = (served: Served): boolean => isStoredVersion(served) && !served.version.read

const isStoredVersion = ({ kind, version }: Served): boolean =>
  version.name === kind.storedAs && !kind.storage && !version.convert

/** Kind and apiVersion as this kind says them: a kind that keeps its objects under another's name has its own. */
const typed = (groupVersion: GroupVersion, kind: string, object: KubeObject): KubeObject => ({
  ...object,
  apiVersion: apiVersionOf(groupVersion),
  kind,
})

/** The full name of the type that objects are kept as; undefined for a custom resource. */
export const storedTypeName = ({ kind, builtIn }: Served): string | undefined =>
  builtIn ? typeNameOf(kind.storage?.group ?? kind.group, kind.storedAs, kind.kind) : undefined

/** The full name of the type of the version that is served; undefined for a custom resource. */
export const servedTypeName = ({ kind, version, builtIn }: Served): string | undefined =>
  builtIn ? typeNameOf(kind.group, version.name, kind.kind) : undefined
