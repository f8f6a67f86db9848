/** How checks speak of containers and values. Source: pod-security-admission policy/helpers.go, visitor.go. */
import type { KubeObject } from '../object.ts'
import type { Container, EphemeralContainer, PodSpec } from '../types/core-v1.ts'

/** Enough of a pod, or of what makes pods. */
export interface PodLike {
  readonly metadata: Pick<KubeObject['metadata'], 'annotations'>
  readonly spec: PodSpec
}

/** What a check finds wrong: in a word, and in full. */
export interface Violation {
  readonly reason: string
  readonly detail: string
}

/** One check of a pod. */
export type PodCheck = (pod: PodLike) => Violation | undefined

/** Any container of a pod. */
export type AnyContainer = Container | EphemeralContainer

/** All of them, in the order in which they are spoken of. */
export const containersOf = ({ spec }: PodLike): AnyContainer[] => [
  ...(spec.initContainers ?? []),
  ...(spec.containers ?? []),
  ...(spec.ephemeralContainers ?? []),
]

/** The names of those that something is true of. */
export const namesWhere = (pod: PodLike, isTrue: (container: AnyContainer) => boolean): string[] =>
  containersOf(pod)
    .filter(isTrue)
    .map(({ name }) => name)

/** `container "a"`, `volumes "a", "b"` */
export const some = (what: string, names: readonly string[]): string => `${plural(what, names)} ${quoted(names)}`

/** One or several. */
export const plural = (what: string, many: readonly unknown[]): string => (many.length === 1 ? what : `${what}s`)

/** `"a", "b"` */
export const quoted = (items: readonly string[]): string => items.map((item) => `"${item}"`).join(', ')

/** Each once, in order. */
export const sorted = (items: readonly string[]): string[] => [...new Set(items)].sort()

/** Who sets something: the pod, containers, or both. */
export const setters = (isPod: boolean, containers: readonly string[]): string[] => [
  ...(isPod ? ['pod'] : []),
  ...(containers.length > 0 ? [some('container', containers)] : []),
]
