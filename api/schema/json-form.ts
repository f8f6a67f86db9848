/**
 * The JSON that Go prints for an object of a built-in type: what is empty and may be left out is left out, and what Go
 * always prints is there (`spec: {}`, `containers: null`). To be run on what is to be stored, after all its rules.
 * Source: Go encoding/json (omitempty, omitzero), by the shapes of api/tables/protobuf.json.
 */
import type { Json, JsonObject } from '../object.ts'
import { type Field, hasMessage, type Message, messageOf } from '../protobuf/messages.ts'
import { isObject } from './json.ts'

/** Brings a decoded object of a built-in type, by the type's full name, into that form. Changes the object. */
export function toJsonForm(typeName: string, object: JsonObject): void {
  if (hasMessage(typeName)) formMessage(messageOf(typeName), object, 'decoded')
}

/** As {@link toJsonForm}, for what is to be stored: in Kubernetes it was protobuf once, in which an empty list is none. */
export function toStoredForm(typeName: string, object: JsonObject): void {
  if (hasMessage(typeName)) formMessage(messageOf(typeName), object, 'stored')
}

type Form = 'decoded' | 'stored'

function formMessage(message: Message, object: JsonObject, form: Form): void {
  for (const field of message.fields) {
    if (field.json === '') {
      if (field.type.is === 'message') formMessage(field.type.message(), object, form)
      continue
    }
    const value = object[field.json]
    if (value !== undefined && value !== null) {
      formInside(field, value, form)
      if (!field.keep && isNothing(field, value)) delete object[field.json]
      else if (field.keep && form === 'stored' && isEmptyList(field, value)) object[field.json] = null
    } else if (field.keep) object[field.json] = zeroOf(field, form)
    // Most fields of most objects are not there, and to delete one costs more than to look for it.
    else if (field.json in object) delete object[field.json]
  }
}

function formInside({ shape, type }: Field, value: Json, form: Form): void {
  if (type.is !== 'message') return
  const message = type.message()
  const formOne = (one: Json) => {
    if (isObject(one)) formMessage(message, one, form)
  }
  if (shape === 'list' && Array.isArray(value)) value.forEach(formOne)
  else if (shape === 'map' && isObject(value)) Object.values(value).forEach(formOne)
  else formOne(value)
}

const isEmptyList = ({ shape }: Field, value: Json): boolean => (shape === 'list' || shape === 'map') && isEmpty(value)

/** True for what omitempty and omitzero leave out. */
function isNothing({ shape, type }: Field, value: Json): boolean {
  switch (shape) {
    case 'list':
    case 'map':
      return isEmpty(value)
    case 'pointer':
      // Go slices with a name of their own, and bytes, are there or not like pointers, and left out when they are empty.
      if (type.is === 'message') return Array.isArray(value) && value.length === 0
      return type.is === 'scalar' && type.scalar === 'bytes' && value === ''
    case 'value':
      return type.is === 'scalar' ? value === '' || value === 0 || value === false : isEmpty(value)
    default:
      return shape satisfies never
  }
}

const isEmpty = (value: Json): boolean =>
  Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0

function zeroOf({ shape, type }: Field, form: Form): Json {
  if (shape !== 'value') return null
  if (type.is === 'own') return type.form.zero
  if (type.is === 'scalar') return type.scalar === 'string' ? '' : type.scalar === 'bool' ? false : 0
  const object: JsonObject = {}
  formMessage(type.message(), object, form)
  return object
}
