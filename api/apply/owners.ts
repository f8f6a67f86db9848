/**
 * metadata.managedFields, taken apart and put together again: who owns which fields, by which kind of write.
 *
 * An owner is one manager, by one operation, through one subresource; for updates also in one version. There is one
 * entry for each.
 *
 * Source: apimachinery pkg/util/managedfields/internal/managedfields.go.
 */
import { ControlError, isControlError } from '@muster/base/errors.ts'
import { goQuote } from '../go-text.ts'
import type { ManagedFieldsEntry } from '../object.ts'
import { isObject } from '../schema/json.ts'
import { formatTime, readTime } from '../time.ts'
import { type FieldSet, NO_FIELDS } from './field-set.ts'
import { parseFieldsV1, toFieldsV1 } from './fields-v1.ts'
import { sortedJson } from './json-values.ts'
import { compareText } from './text-order.ts'

/** Who owns fields, in which version their names are, and since when. */
export interface Owner {
  /** Empty when the entry does not say. */
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  /** Empty for the object itself. */
  readonly subresource: string
  /** RFC 3339, whole seconds, UTC. */
  readonly time: string | undefined
  readonly fields: FieldSet
}

/** Owners by {@link ownerId}. */
export type Owners = ReadonlyMap<string, Owner>

/** What an owner is told by; text that sorts as Kubernetes sorts it. Somebody who applies is one owner in all versions. */
export function ownerId({ manager, operation, apiVersion, subresource }: OwnerName): string {
  // These four, in this order, are how Kubernetes names an owner to itself; messages list owners in its order.
  const parts = [
    ...(manager === '' ? [] : [`"manager":${sortedJson(manager)}`]),
    `"operation":"${operation}"`,
    ...(operation === 'Apply' || apiVersion === '' ? [] : [`"apiVersion":${sortedJson(apiVersion)}`]),
    ...(subresource === '' ? [] : [`"subresource":${sortedJson(subresource)}`]),
  ]
  return `{${parts.join(',')}}`
}

/** The part of an owner that names it. */
export type OwnerName = Pick<Owner, 'manager' | 'operation' | 'apiVersion' | 'subresource'>

/** The name of whoever writes; who says none is `unknown`. Source: apimachinery buildmanagerinfo.go. */
export const writerOf = (
  { manager, subresource, apiVersion }: Pick<Owner, 'manager' | 'subresource' | 'apiVersion'>,
  operation: Owner['operation'],
): OwnerName => ({ manager: manager === '' ? 'unknown' : manager, operation, apiVersion, subresource })

/**
 * Reads managedFields, which may be anything that a client sent.
 * @throws ControlError `BadRequest` naming what is wrong with the first entry that is wrong.
 */
export function readOwners(entries: unknown): Owners {
  const owners = new Map<string, Owner>()
  if (!Array.isArray(entries)) return owners
  for (const [at, entry] of entries.entries()) {
    const owner = readOwner(isObject(entry) ? entry : {}, at)
    owners.set(ownerId(owner), owner)
  }
  return owners
}

function readOwner(entry: Readonly<Record<string, unknown>>, at: number): Owner {
  const { operation } = entry
  if (operation !== 'Apply' && operation !== 'Update') throw unreadable('operation must be `Apply` or `Update`')
  const apiVersion = textIn(entry, 'apiVersion')
  if (apiVersion === '') throw unreadable('apiVersion must not be empty')
  const fieldsType = textIn(entry, 'fieldsType')
  if (fieldsType === '') throw unreadable(`missing fieldsType in managed fields entry ${at}`)
  if (fieldsType !== 'FieldsV1') {
    throw unreadable(`invalid fieldsType ${goQuote(fieldsType)} in managed fields entry ${at}`)
  }
  return {
    manager: textIn(entry, 'manager'),
    operation,
    apiVersion,
    subresource: textIn(entry, 'subresource'),
    time: readEntryTime(entry.time),
    fields: readFields(entry.fieldsV1, at),
  }
}

function readFields(fields: unknown, at: number): FieldSet {
  try {
    return fields === undefined || fields === null ? NO_FIELDS : parseFieldsV1(fields)
  } catch (error) {
    if (!isControlError(error)) throw error
    throw new ControlError('BadRequest', `error decoding versioned set from entry ${at}: ${error.message}`, error)
  }
}

const textIn = (entry: Readonly<Record<string, unknown>>, field: string): string => {
  const value = entry[field]
  return typeof value === 'string' ? value : ''
}

function readEntryTime(time: unknown): string | undefined {
  if (typeof time !== 'string') return undefined
  if (CANONICAL_TIME.test(time)) return time
  const reading = readTime(time)
  return reading.read ? (formatTime(reading.at) ?? undefined) : undefined
}

const CANONICAL_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/

const unreadable = (why: string): ControlError => new ControlError('BadRequest', why)

/** managedFields for these owners, in Kubernetes' order; undefined when there are none. Owners of nothing are not written. */
export function writeOwners(owners: Owners): ManagedFieldsEntry[] | undefined {
  if (owners.size === 0) return undefined
  return [...owners.values()].sort(compareOwners).map(writeOwner)
}

/** In the order of the fields of Go's struct, so that unchanged entries have unchanged bytes. */
function writeOwner({ manager, operation, apiVersion, subresource, time, fields }: Owner): ManagedFieldsEntry {
  return {
    ...(manager !== '' && { manager }),
    operation,
    apiVersion,
    ...(time !== undefined && { time }),
    fieldsType: 'FieldsV1',
    fieldsV1: toFieldsV1(fields),
    ...(subresource !== '' && { subresource }),
  }
}

/** Those that apply come first; then the oldest; then by name. */
const compareOwners = (one: Owner, other: Owner): number =>
  compareText(one.operation, other.operation) ||
  // Times in this form compare as text. None at all is before all others.
  compareText(one.time ?? '', other.time ?? '') ||
  compareText(one.manager, other.manager) ||
  compareText(one.apiVersion, other.apiVersion) ||
  compareText(one.subresource, other.subresource)
