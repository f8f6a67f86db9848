/**
 * What differs between two versions of an object, field by field.
 *
 *     .spec.replicas                              1 → 3
 *     .spec.template.spec.containers[web].image   shop/web:1 → shop/web:2
 *     .metadata.labels['app.kubernetes.io/name']  (nothing) → shop
 *
 * Elements of a list are told apart by their name, type or key where every one has its own, as people tell them apart;
 * else by their place. What the server keeps for itself is left out: managedFields and resourceVersion.
 */
import { sameJson } from '../same-json.ts'
import { isObject } from '../schema/json.ts'

/** One field. `from` is absent when it was added, `to` when it was removed. */
export interface FieldChange {
  readonly field: string
  readonly from?: unknown
  readonly to?: unknown
}

/** Changes that are told of one pair of versions. A reader is served by no longer list; how many more there are is said. */
export const CHANGES_MAX = 200

/** Every difference, in the order of the newer object's fields. Either object is absent where there is none. */
export function fieldChanges(before: unknown, after: unknown): FieldChange[] {
  const changes: FieldChange[] = []
  compare('', before, after, changes)
  return changes
}

const UNTOLD: ReadonlySet<string> = new Set([
  '.metadata.managedFields',
  '.metadata.resourceVersion',
  '.metadata.selfLink',
])

/** Whether a change is one of a field, of something within it, or of something that holds it, then or now. */
export function touches({ field: changed, from, to }: FieldChange, field: string): boolean {
  if (isWithin(changed, field)) return true
  if (!isWithin(field, changed)) return false
  const rest = field.slice(changed === '.' ? 0 : changed.length)
  return holds(from, rest) || holds(to, rest)
}

const isWithin = (field: string, within: string): boolean =>
  within === '.' || field === within || field.startsWith(`${within}.`) || field.startsWith(`${within}[`)

/** Whether a value has something at the end of a path. */
function holds(value: unknown, path: string): boolean {
  let at = value
  for (const [, plain, quoted, element] of path.matchAll(/\.([\w-]+)|\['([^']+)'\]|\[([^\]]+)\]/g)) {
    const name = plain ?? quoted ?? element ?? ''
    if (Array.isArray(at)) {
      const list: readonly unknown[] = at
      const key = KEYS.find((candidate) => haveOwn(list, candidate))
      at = key === undefined ? list[Number(name)] : byKey(list, key).get(name)
    } else at = isObject(at) ? at[name] : undefined
  }
  return at !== undefined
}

function compare(field: string, before: unknown, after: unknown, changes: FieldChange[]): void {
  if (UNTOLD.has(field) || sameJson(before, after)) return
  if (isObject(before) && isObject(after)) {
    for (const name of namesOf(before, after)) compare(field + segment(name), before[name], after[name], changes)
    return
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    compareLists(field, before, after, changes)
    return
  }
  changes.push({
    field: field === '' ? '.' : field,
    ...(before === undefined ? {} : { from: before }),
    ...(after === undefined ? {} : { to: after }),
  })
}

function compareLists(
  field: string,
  before: readonly unknown[],
  after: readonly unknown[],
  changes: FieldChange[],
): void {
  const key = KEYS.find((name) => haveOwn(before, name) && haveOwn(after, name))
  if (key === undefined) {
    comparePlaces(field, before, after, changes)
    return
  }
  const [old, next] = [byKey(before, key), byKey(after, key)]
  for (const name of new Set([...next.keys(), ...old.keys()])) {
    compare(`${field}[${name}]`, old.get(name), next.get(name), changes)
  }
}

/** By place where the lists are as long; else what came and what went, each at its own place in its own list. */
function comparePlaces(
  field: string,
  before: readonly unknown[],
  after: readonly unknown[],
  changes: FieldChange[],
): void {
  if (before.length === after.length) {
    for (const [at, element] of after.entries()) compare(`${field}[${at}]`, before[at], element, changes)
    return
  }
  const [gone, come] = [without(before, after), without(after, before)]
  for (const at of come) changes.push({ field: `${field}[${at}]`, to: after[at] })
  for (const at of gone) changes.push({ field: `${field}[${at}]`, from: before[at] })
}

/** The places of the elements of one list that another has not as often. */
function without(list: readonly unknown[], other: readonly unknown[]): number[] {
  const left = other.map((element) => ({ element, isTaken: false }))
  return [...list.entries()].flatMap(([at, element]) => {
    const match = left.find((candidate) => !candidate.isTaken && sameJson(candidate.element, element))
    if (match) match.isTaken = true
    return match ? [] : [at]
  })
}

/** By which people tell elements apart, the most telling first. */
const KEYS = ['name', 'type', 'key', 'uid', 'containerPort', 'port'] as const

const byKey = (list: readonly unknown[], key: string) =>
  new Map(list.flatMap((element) => (isObject(element) ? [[String(element[key]), element] as const] : [])))

function haveOwn(list: readonly unknown[], key: string): boolean {
  const seen = new Set<string>()
  for (const element of list) {
    const value = isObject(element) ? element[key] : undefined
    if (typeof value !== 'string' && typeof value !== 'number') return false
    seen.add(String(value))
  }
  return seen.size === list.length
}

const namesOf = (before: object, after: object) => new Set([...Object.keys(after), ...Object.keys(before)])

const segment = (name: string): string => (/^[A-Za-z_][\w-]*$/.test(name) ? `.${name}` : `['${name}']`)
