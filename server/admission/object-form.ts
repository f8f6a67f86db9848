/**
 * The object of a write under one of the names and versions that it can be had by: a HorizontalPodAutoscaler as v1 and
 * as v2, an Event of two groups, a custom resource in each of its versions. Steps see objects as they are kept; whoever
 * is asked from outside sees them as he asked for.
 */
import type { JsonObject, KubeObject } from '@muster/api/object.ts'
import type { GroupVersionResource } from './match-rules.ts'

/** `apps/v1 Deployment`. */
export interface GroupVersionKind {
  readonly group: string
  readonly version: string
  readonly kind: string
}

/** One of them. */
export interface ObjectForm {
  readonly resource: GroupVersionResource
  /** Of the object that is shown: that of the subresource, where it has one of its own. */
  readonly kind: GroupVersionKind
  /** An object, which is as it is kept, in this form. May share parts with it: nobody changes it. */
  readonly show: (kept: KubeObject) => KubeObject
  /**
   * The way back, with the defaults of this form; `before` is the object as it was kept until now.
   * Throws BadRequest for what cannot be read.
   */
  readonly read: (shown: JsonObject, before: KubeObject) => KubeObject
}

/** Others hold the object of a request: it stays, and becomes another. */
export function replaceObject(object: KubeObject, next: KubeObject): void {
  if (object === next) return
  for (const field of Object.keys(object)) if (!Object.hasOwn(next, field)) delete object[field]
  Object.assign(object, next)
}
