/** The columns that a definition asks for, as columns of a table. Source: apiextensions pkg/registry/customresource/tableconvertor. */
import { type Cell, type Column, NAME_COLUMN } from '../columns.ts'
import { humanDuration } from '../duration.ts'
import { goJson, goNumber } from '../go-text.ts'
import type { Json, KubeObject } from '../object.ts'
import { isObject, sortKeys } from '../schema/json.ts'
import { readTime } from '../time.ts'
import type { CustomResourceColumnDefinition } from '../types/apiextensions-v1.ts'
import { asJson } from './edge.ts'
import { findByPath, type JsonPath, parseJsonPath } from './json-path.ts'

/** The name, and what is asked for; the age, where nothing is. From the first column on that cannot be read, there are none. */
export function columnsOf(asked: readonly CustomResourceColumnDefinition[] = []): readonly Column[] {
  const columns: Column[] = [NAME_COLUMN]
  for (const one of asked.length > 0 ? asked : [AGE]) {
    const path = parseJsonPath(one.jsonPath)
    if (!path) break
    columns.push(columnOf(one, path))
  }
  return columns
}

const AGE: CustomResourceColumnDefinition = {
  name: 'Age',
  type: 'date',
  description:
    'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata',
  jsonPath: '.metadata.creationTimestamp',
}

function columnOf(
  { name, type, format, description, priority, jsonPath }: CustomResourceColumnDefinition,
  path: JsonPath,
): Column {
  const shown = typeOf(type)
  return {
    name,
    type: shown,
    ...(format === undefined ? {} : { format }),
    description: description || `Custom resource definition column (in JSONPath format): ${jsonPath}`,
    priority: priority ?? 0,
    cell(object: KubeObject, now: number): Cell {
      const value = findByPath(path, asJson(object))?.[0]
      return value === undefined ? null : cellOf(shown, value, now)
    },
  }
}

const typeOf = (type: string): Column['type'] =>
  type === 'integer' || type === 'number' || type === 'boolean' || type === 'date' ? type : 'string'

function cellOf(type: Column['type'], value: Json, now: number): Cell {
  switch (type) {
    case 'string':
      return textOf(value)
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null
    case 'number':
      return typeof value === 'number' ? value : null
    case 'boolean':
      return typeof value === 'boolean' ? value : null
    case 'date':
      return typeof value === 'string' ? ageOf(value, now) : null
    default:
      return type satisfies never
  }
}

function textOf(value: Json): string {
  if (value === null) return '<no value>'
  if (typeof value === 'string') return value
  if (typeof value === 'number') return goNumber(value)
  return isObject(value) || Array.isArray(value) ? goJson(sortKeys(value)) : String(value)
}

function ageOf(value: string, now: number): string {
  if (value === '') return '<unknown>'
  const reading = readTime(value)
  return reading.read ? humanDuration(now - reading.at) : '<invalid>'
}
