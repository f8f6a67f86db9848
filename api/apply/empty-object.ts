/**
 * What Go has in hand before an object of a built-in kind is created: every field that it always writes, with nothing
 * in it. Whoever creates the object owns what differs from it, and so `spec` only where a kind can be without one.
 *
 *     a Deployment:  { metadata: {}, spec: { selector: null, strategy: {}, template: { … } }, status: {} }
 *
 * Source: apiserver pkg/endpoints/handlers/create.go, which compares with what the scheme makes of the kind.
 */
import { apiVersionOf, type GroupVersion, type KubeObject } from '../object.ts'
import { toJsonForm } from '../schema/json-form.ts'
import { typeNameOf } from '../tables/schemas.ts'
import { asJson, nothingOf } from './whole-object.ts'

/** The empty object of a kind: for a custom resource, nothing but its type. Kept: it is not to be changed. */
export function emptyObject(version: GroupVersion, kind: string): KubeObject {
  const name = typeNameOf(version.group, version.version, kind)
  const key = `${apiVersionOf(version)}/${kind}`
  const known = name === undefined ? undefined : made.get(key)
  if (known) return known
  const empty = nothingOf({ apiVersion: apiVersionOf(version), kind })
  if (name === undefined) return empty
  toJsonForm(name, asJson(empty))
  made.set(key, empty)
  return empty
}

/** One for each built-in kind at most. */
const made = new Map<string, KubeObject>()
