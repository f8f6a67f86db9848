/** Who owns which field of an object: the kind's side of managed fields. */
import { emptyObject } from '@muster/api/apply/empty-object.ts'
import type { FieldFilter } from '@muster/api/apply/field-filter.ts'
import { resetFieldsOf } from '@muster/api/apply/reset-fields.ts'
import type { FieldVersions } from '@muster/api/apply/versions.ts'
import { copyObject } from '@muster/api/apply/whole-object.ts'
import type { Kind } from '@muster/api/kind.ts'
import { apiVersionOf, type KubeObject } from '@muster/api/object.ts'
import type { Served } from '../registry/registry.ts'
import { toStored, toVersion } from './versions.ts'

/** Every version of a kind, as owning fields needs them. The same answer for the same kind. */
export function fieldVersionsOf(served: Served): FieldVersions {
  const { kind, builtIn } = served
  let found = made.get(kind)
  if (!found) {
    const byApiVersion = new Map(
      kind.versions.map((version) => [apiVersionOf({ group: kind.group, version: version.name }), version]),
    )
    found = {
      schemaOf: (apiVersion) => byApiVersion.get(apiVersion)?.schema(),
      convert(object, apiVersion) {
        const [from, to] = [byApiVersion.get(object.apiVersion), byApiVersion.get(apiVersion)]
        if (!from || !to) return object
        const copy = copyObject(object)
        return toVersion({ kind, version: to, builtIn }, toStored({ kind, version: from, builtIn }, copy))
      },
    }
    made.set(kind, found)
  }
  return found
}

const made = new WeakMap<Kind, FieldVersions>()

/** What a write cannot own, because the server puts back what was there. */
export function resetFieldsOfCall(
  { kind, version }: Served,
  subresource: string,
): (() => FieldFilter | undefined) | undefined {
  const { group, plural } = kind
  const filter = resetFieldsOf({ group, plural, hasStatus: version.subresources.status === true }, subresource)
  return filter && (() => filter)
}

/** What Go has in hand before an object of this version is there; nothing for a custom resource. */
export const emptyOf = ({ kind, version, builtIn }: Served): KubeObject | undefined =>
  builtIn ? emptyObject({ group: kind.group, version: version.name }, kind.kind) : undefined
