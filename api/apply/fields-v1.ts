/**
 * Field sets as they travel: FieldsV1 from a client, and FieldsV1 whose bytes are those that Kubernetes writes.
 *
 * A set read back from our own store is canonical already. It is looked at and used as it is; only others are rebuilt.
 * The order of elements is made right where a set is written.
 * Source: structured-merge-diff v6 fieldpath/serialize.go.
 */
import { ControlError } from '@muster/base/errors.ts'
import type { JsonObject } from '../object.ts'
import { isObject } from '../schema/json.ts'
import { type Branches, type FieldSet, isEmptySet, LEAF, nodeOf, SELF, unionOfNodes } from './field-set.ts'
import { isEmptyObject } from './json-values.ts'
import { compareElements, parseElement } from './path-element.ts'

/**
 * Reads FieldsV1. Elements of a kind that nobody knows are dropped.
 * @throws ControlError `BadRequest` when it is no FieldsV1, with the reason.
 */
export function parseFieldsV1(fields: unknown): FieldSet {
  if (isCanonical(fields)) return fields
  if (fields !== null && !isObject(fields)) throw noSet('expected an object')
  return fields === null ? LEAF : readBranches(fields, 0)
}

/** Deeper than any type of Kubernetes nests, and shallow enough for the stack: JSON may nest without end. */
const DEPTH_MAX = 500

/** True when every element is known and canonical, and a node says that it is in the set just where it has to. */
function isCanonical(fields: unknown, depth = 0): fields is FieldSet {
  if (!isObject(fields) || depth > DEPTH_MAX) return false
  let below = 0
  for (const key in fields) {
    const node = fields[key]
    if (key === SELF) {
      if (depth === 0 || !isObject(node) || !isEmptyObject(node)) return false
      continue
    }
    const element = parseElement(key)
    if (element.is === 'unknown' || element.is === 'invalid' || element.text !== key) return false
    if (!isCanonical(node, depth + 1)) return false
    below++
  }
  return below > 0 || !(SELF in fields)
}

function readBranches(fields: JsonObject, depth: number): FieldSet {
  if (depth > DEPTH_MAX) throw noSet(`nests deeper than ${DEPTH_MAX} levels`)
  const branches: Branches = {}
  for (const key of Object.keys(fields)) {
    if (key === SELF) continue
    const element = parseElement(key)
    if (element.is === 'unknown') continue
    if (element.is === 'invalid') throw noSet(element.why)
    const node = readNode(fields[key], depth + 1)
    const there = branches[element.text]
    branches[element.text] = there ? unionOfNodes(there, node) : node
  }
  return branches
}

function readNode(fields: unknown, depth: number): FieldSet {
  if (fields === null) return LEAF
  if (!isObject(fields)) throw noSet('expected an object')
  const below = readBranches(fields, depth)
  // A node with nothing below it is in the set, whether it says so or not.
  return nodeOf(SELF in fields || isEmptySet(below), below) ?? LEAF
}

const noSet = (why: string): ControlError => new ControlError('BadRequest', `error decoding set: ${why}`)

/** The same set with every level in the order in which Kubernetes writes it; the very set when it is so already. */
export function toFieldsV1(set: FieldSet): FieldSet {
  if (isSorted(set)) return set
  const branches: Branches = {}
  for (const element in set) branches[element] = toFieldsV1(set[element] ?? LEAF)
  return sortedLevel(branches)
}

function isSorted(set: FieldSet): boolean {
  let before: string | undefined
  for (const element in set) {
    if (before !== undefined && compareKeysOfLevel(before, element) >= 0) return false
    if (!isSorted(set[element] ?? LEAF)) return false
    before = element
  }
  return true
}

function sortedLevel(branches: Branches): FieldSet {
  const elements = Object.keys(branches)
  if (elements.length < 2) return branches
  const sorted: Branches = {}
  for (const element of elements.sort(compareKeysOfLevel)) sorted[element] = branches[element] ?? LEAF
  return sorted
}

/** The node itself comes first. */
function compareKeysOfLevel(one: string, other: string): number {
  if (one === SELF) return other === SELF ? 0 : -1
  return other === SELF ? 1 : compareElements(one, other)
}
