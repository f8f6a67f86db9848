/** Which objects of a scope are wanted. What a selector says is for others to read; here it is only asked. */

import { checkPathSegment } from '@muster/api/names.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { nameOf, namespaceOf, type ObjectKey, type Scope } from './key.ts'

/** What selectors may ask of an object: worked out once for each version of it, and kept beside it. */
export interface Attributes {
  readonly labels: Readonly<Record<string, string>>
  /** `metadata.name`, `metadata.namespace`, and the fields that its kind lets be selected. */
  readonly fields: Readonly<Record<string, string>>
}

/** Works out the attributes of an object. Must not change it. */
export type AttributesOf = (object: KubeObject, key: ObjectKey) => Attributes

/** A label selector and a field selector, as one question. */
export interface Selection {
  /** Watchers whose selections have the same key share their work: the canonical text of both selectors. */
  readonly key: string
  readonly matches: (attributes: Attributes) => boolean
  /** The fields that must equal one value: `metadata.name`, `spec.nodeName`. `matches` asks them too. */
  readonly exact: Readonly<Record<string, string>>
}

/** What is left to look at, once names in the selection have narrowed the scope. */
export interface Target extends Scope {
  /** This name alone, when it is known. */
  readonly name?: string
  /** Absent when everything in the scope is wanted. */
  readonly selection?: Selection
}

/** Narrows a scope to the namespace and the name that the selection asks for, where such could exist. */
export function targetOf(scope: Scope, selection?: Selection): Target {
  const { 'metadata.name': name, 'metadata.namespace': asked } = selection?.exact ?? {}
  const namespace = scope.namespace ?? (isSegment(asked) ? asked : undefined)
  return {
    ...scope,
    ...(namespace !== undefined && { namespace }),
    ...(isSegment(name) && { name }),
    ...(selection && { selection }),
  }
}

const isSegment = (text: string | undefined): text is string =>
  text !== undefined && text !== '' && checkPathSegment(text).length === 0

/** Whether a key under the target's longest prefix is wanted by its names. */
export const fitsTarget = ({ cluster, namespace, name }: Target, key: string): boolean =>
  (cluster !== undefined || namespace === undefined || namespaceOf(key) === namespace) &&
  (name === undefined || nameOf(key) === name)
