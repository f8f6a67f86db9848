/**
 * Sets of fields: who owns what is said with them.
 *
 * A set is kept in the form in which it travels, FieldsV1: a tree whose keys are path elements.
 *
 *     { f:metadata: { f:labels: { .: {}, f:app: {} } },       metadata itself is not in the set; labels and app are
 *       f:spec:     { f:replicas: {} } }                      nor is spec; replicas is
 *
 * Below the root, a node that is empty or has the key `.` is in the set; every other node only leads to some that are.
 * The root stands for the whole object, which nobody owns: an empty root is the empty set. A set is never changed once
 * made, and sets share branches. The order of keys means nothing until {@link toFieldsV1} writes them.
 *
 * Source: structured-merge-diff v6 fieldpath/set.go.
 */
import { compareElements, type FieldPath, type PathElement } from './path-element.ts'

/** A set of fields, or a branch of one. */
export interface FieldSet {
  readonly [element: PathElement]: FieldSet
}

/** The key that says: this node itself, and not only what is below it. */
export const SELF = '.'

/** A node that is in the set, with nothing below it. */
export const LEAF: FieldSet = Object.freeze({})

/** The set of nothing. */
export const NO_FIELDS: FieldSet = LEAF

/** True when nothing is in the set. */
export function isEmptySet(set: FieldSet): boolean {
  for (const element in set) return element === undefined
  return true
}

/** True for a node (not the root) that is itself in the set. */
export const isOwned = (node: FieldSet): boolean => SELF in node || isEmptySet(node)

/** True for a node (not the root) with others of the set below it. */
export function hasBelow(node: FieldSet): boolean {
  for (const element in node) if (element !== SELF) return true
  return false
}

/** The same node, itself in the set. */
export const owned = (node: FieldSet): FieldSet => (isOwned(node) ? node : { [SELF]: LEAF, ...node })

/** The branches below one node, while they are being gathered. */
export interface Branches {
  [element: PathElement]: FieldSet
}

/** The set of these fields. Their parents are not in it, and neither is the root. */
export const setOf = (...paths: readonly FieldPath[]): FieldSet =>
  paths.reduce<FieldSet>((set, path) => (path.length === 0 ? set : union(set, pathAsSet(path))), NO_FIELDS)

const pathAsSet = (path: FieldPath): FieldSet =>
  path.reduceRight<FieldSet>((below, element) => ({ [element]: below }), LEAF)

/** What is in either. */
export function union(one: FieldSet, other: FieldSet): FieldSet {
  if (isEmptySet(one)) return other
  if (one === other || isEmptySet(other)) return one
  return joinBranches(one, other)
}

/** {@link union} of two nodes below the root, where an empty one is in the set itself. */
export function unionOfNodes(one: FieldSet, other: FieldSet): FieldSet {
  if (one === other) return one
  const joined = joinBranches(one, other)
  return isOwned(one) || isOwned(other) ? owned(joined) : joined
}

function joinBranches(one: FieldSet, other: FieldSet): FieldSet {
  const joined: Branches = { ...one }
  for (const element in other) {
    const branch = other[element] ?? LEAF
    const there = joined[element]
    joined[element] = there === undefined ? branch : unionOfNodes(there, branch)
  }
  return joined
}

/** What is in both. */
export function intersection(one: FieldSet, other: FieldSet): FieldSet {
  const common: Branches = {}
  for (const element in one) {
    const branch = one[element]
    const against = other[element]
    if (element === SELF || branch === undefined || against === undefined) continue
    const node = nodeOf(isOwned(branch) && isOwned(against), intersection(branch, against))
    if (node) common[element] = node
  }
  return common
}

/** A node from whether it is itself in the set and what is below it; undefined when there is neither. */
export function nodeOf(isIn: boolean, below: FieldSet): FieldSet | undefined {
  if (isIn) return owned(below)
  return isEmptySet(below) ? undefined : below
}

/** What is in the first and not in the second. A field goes; what is below it stays unless it is named itself. */
export const difference = (one: FieldSet, other: FieldSet): FieldSet => subtract(one, other, 'alone')

/** {@link difference}, where a field that goes takes everything below it along. */
export const recursiveDifference = (one: FieldSet, other: FieldSet): FieldSet => subtract(one, other, 'with its fields')

type Going = 'alone' | 'with its fields'

/** Answers the very set that it was given when nothing goes: callers ask for that to see whether anything changed. */
function subtract(one: FieldSet, other: FieldSet, going: Going): FieldSet {
  if (isEmptySet(other)) return one
  const rest: Branches = {}
  let isSame = true
  for (const element in one) {
    const branch = one[element]
    if (element === SELF || branch === undefined) continue
    const against = other[element]
    const node = against === undefined ? branch : subtractNode(branch, against, going)
    if (node !== branch) isSame = false
    if (node) rest[element] = node
  }
  return isSame ? one : rest
}

function subtractNode(branch: FieldSet, against: FieldSet, going: Going): FieldSet | undefined {
  const goes = isOwned(against)
  if (goes && going === 'with its fields') return undefined
  const stays = isOwned(branch) && !goes
  const below = subtract(branch, against, going)
  if (below !== branch) return nodeOf(stays, below)
  return stays || !isOwned(branch) ? branch : nodeOf(false, withoutSelf(branch))
}

function withoutSelf(node: FieldSet): FieldSet {
  const { [SELF]: _, ...below } = node
  return below
}

/** True when the field itself is in the set; never for the root. */
export function hasPath(set: FieldSet, path: FieldPath): boolean {
  let node: FieldSet | undefined = set
  for (const element of path) node = node?.[element]
  return path.length > 0 && node !== undefined && isOwned(node)
}

/** Only what has nothing of the set below it. */
export function leavesOf(set: FieldSet): FieldSet {
  const leaves: Branches = {}
  for (const element in set) if (element !== SELF) leaves[element] = leavesOf(set[element] ?? LEAF)
  return leaves
}

/** True when both hold the same fields. */
export function equalSets(one: FieldSet, other: FieldSet): boolean {
  if (one === other) return true
  let elements = 0
  for (const element in one) {
    elements++
    const branch = one[element]
    const against = other[element]
    if (branch === undefined || against === undefined || !equalSets(branch, against)) return false
  }
  for (const _ in other) elements--
  return elements === 0
}

/** Every field of the set; at each level first the fields themselves, then what is below them, both in their order. */
export function pathsOf(set: FieldSet, above: FieldPath = []): FieldPath[] {
  const elements = Object.keys(set)
    .filter((element) => element !== SELF)
    .sort(compareElements)
  return [
    ...elements.filter((element) => isOwned(set[element] ?? LEAF)).map((element) => [...above, element]),
    ...elements.flatMap((element) => pathsOf(set[element] ?? LEAF, [...above, element])),
  ]
}
