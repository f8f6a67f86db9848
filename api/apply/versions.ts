/**
 * The versions of a kind, as far as owning fields asks: what each looks like, and how to get from one to another.
 * Source: apimachinery pkg/util/managedfields/internal/versionconverter.go.
 */

import type { KubeObject } from '../object.ts'
import type { TypeSchema } from '../schema/schema.ts'
import { plainFailure } from '../status.ts'
import { type Atom, rootAtom } from './atom.ts'
import { checkTyped, sayMisfits } from './check-typed.ts'
import { asJson } from './whole-object.ts'

/** What is known of a kind in each of its versions. */
export interface FieldVersions {
  /** The schema of a version, by its `apiVersion`; undefined when there is no such version (any more). */
  readonly schemaOf: (apiVersion: string) => TypeSchema | undefined
  /** The object in a version that {@link schemaOf} knows. Pure: answers a new object. */
  readonly convert: (object: KubeObject, apiVersion: string) => KubeObject
}

/** A kind with one version. */
export const oneVersion = (apiVersion: string, schema: TypeSchema): FieldVersions => ({
  schemaOf: (asked) => (asked === apiVersion ? schema : undefined),
  convert: (object) => object,
})

/** The atom of a version; undefined when there is no such version. */
export function atomOfVersion(versions: FieldVersions, apiVersion: string): Atom | undefined {
  const schema = versions.schemaOf(apiVersion)
  return schema && rootAtom(schema)
}

/**
 * The object in another version; the very object when it has that version already.
 * @throws ControlError `Internal`, as in Kubernetes, when it does not fit the schema of that version. `failing` is what
 * plainFailure, as the message begins: `failed to convert new object: `.
 */
export function inVersion(versions: FieldVersions, object: KubeObject, apiVersion: string, failing = ''): KubeObject {
  if (object.apiVersion === apiVersion) return object
  const converted = versions.convert(object, apiVersion)
  const atom = atomOfVersion(versions, apiVersion)
  const misfits = atom ? checkTyped(atom, asJson(converted)) : []
  if (misfits.length > 0) throw plainFailure(failing + sayMisfits(misfits))
  return converted
}
