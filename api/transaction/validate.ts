/** Which fields each operation of a transaction takes, and which it needs. */
import { type FieldError, forbidden, required } from '../field-error.ts'
import { isObject } from '../schema/json.ts'
import type { Operation } from './transaction.ts'

type Verb = Operation['verb']
type Field = Exclude<keyof Operation, 'verb'>

const NEEDED: Readonly<Record<Verb, readonly Field[]>> = {
  create: ['object'],
  update: ['object'],
  apply: ['object'],
  patch: ['target', 'patchType', 'patch'],
  delete: ['target'],
  check: ['target'],
}

const TAKEN: Readonly<Record<Verb, readonly Field[]>> = {
  create: ['object', 'fieldManager'],
  update: ['object', 'fieldManager', 'subresource', 'preconditions'],
  apply: ['object', 'fieldManager', 'subresource', 'preconditions', 'force'],
  patch: ['target', 'patchType', 'patch', 'fieldManager', 'subresource', 'preconditions'],
  delete: ['target', 'preconditions', 'propagationPolicy', 'gracePeriodSeconds'],
  check: ['target', 'preconditions', 'absent'],
}

/** What is wrong with the operations themselves; what they write is another matter. */
export const validateOperations = (operations: readonly Operation[]): FieldError[] =>
  operations.flatMap((operation, at) => validateOperation(operation, `spec.operations[${at}]`))

function validateOperation(operation: Operation, path: string): FieldError[] {
  const { verb, object, absent, preconditions } = operation
  const missing = NEEDED[verb].filter((field) => operation[field] === undefined)
  const foreign = (Object.keys(operation) as (keyof Operation)[]).filter(
    (field) => field !== 'verb' && operation[field] !== undefined && !TAKEN[verb].includes(field),
  )
  return [
    ...missing.map((field) => required(`${path}.${field}`, `${verb} needs it`)),
    ...foreign.map((field) =>
      forbidden(`${path}.${field}`, `${verb} has no use for it; it takes ${TAKEN[verb].join(', ')}`),
    ),
    ...(object === undefined ? [] : validateObject(object, `${path}.object`, verb)),
    ...(absent && preconditions
      ? [forbidden(`${path}.preconditions`, 'what is absent has neither version nor uid')]
      : []),
  ]
}

function validateObject(object: unknown, path: string, verb: Verb): FieldError[] {
  if (!isObject(object)) return [required(path, 'an object with apiVersion, kind and metadata')]
  const { apiVersion, kind, metadata } = object
  const { name, generateName } = isObject(metadata) ? metadata : {}
  const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''
  return [
    ...(isText(apiVersion) ? [] : [required(`${path}.apiVersion`, 'such as v1 or apps/v1')]),
    ...(isText(kind) ? [] : [required(`${path}.kind`, 'such as ConfigMap')]),
    ...(isText(name) || (verb === 'create' && isText(generateName))
      ? []
      : [required(`${path}.metadata.name`, verb === 'create' ? 'name or generateName' : `${verb} needs it`)]),
  ]
}
