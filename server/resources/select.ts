/** What selectors may ask of an object, and what a request's selectors ask. */
import type { Kind } from '@muster/api/kind.ts'
import type { KubeObject } from '@muster/api/object.ts'
import {
  exactField,
  type FieldFilter,
  formatFields,
  type KnownFields,
  METADATA_FIELDS,
  matchesFields,
  parseFields,
  refuseUnknownFields,
} from '@muster/api/selector/fields.ts'
import { formatLabels, matchesLabels } from '@muster/api/selector/labels.ts'
import { parseLabels } from '@muster/api/selector/parse-labels.ts'
import { badRequest } from '@muster/api/status.ts'
import type { ListOptions } from '../http/options.ts'
import type { ObjectKey } from '../storage/key.ts'
import type { Attributes, Selection } from '../storage/selection.ts'
import type { ResourceCall } from './call.ts'

/** Works out what selectors may ask of an object of this kind. The object is in the stored version. */
export function attributesOfKind(kind: Kind, object: KubeObject, { namespace, name }: ObjectKey): Attributes {
  const fields: Record<string, string> = { 'metadata.name': name, 'metadata.namespace': namespace }
  for (const field of selectableFields(kind)) fields[field] = kind.rules.fieldOf?.(object, field) ?? ''
  return { labels: object.metadata.labels ?? {}, fields }
}

/** The selection of a request; undefined when it takes everything. Throws BadRequest for what is no selector. */
export function selectionOf({ served, info }: ResourceCall, options: ListOptions): Selection | undefined {
  const labels = parseLabels(options.labelSelector)
  const fields = withName(parseFields(options.fieldSelector), info.name)
  refuseUnknownFields(fields, knownFields(served))
  if (labels.length === 0 && fields.length === 0) return undefined
  const exact: Record<string, string> = {}
  for (const { field } of fields) {
    const value = exactField(fields, field)
    if (value !== undefined) exact[field] = value
  }
  return {
    key: `${formatLabels(labels)}\n${formatFields(fields)}`,
    matches: (attributes) =>
      matchesLabels(labels, attributes.labels) && matchesFields(fields, (field) => attributes.fields[field] ?? ''),
    exact,
  }
}

/** A watch of one object by its path is a watch by its name. */
function withName(fields: FieldFilter, name: string): FieldFilter {
  if (name === '') return fields
  if (fields.length === 0) return [{ field: 'metadata.name', operator: '=', value: name }]
  if (exactField(fields, 'metadata.name') === name) return fields
  throw badRequest("fieldSelector metadata.name doesn't match requested name")
}

const selectableFields = ({ rules }: Kind): readonly string[] => rules.selectableFields ?? []

function knownFields({ kind, builtIn }: ResourceCall['served']): KnownFields {
  const own = selectableFields(kind)
  if (own.length === 0 && builtIn) return METADATA_FIELDS
  const metadata = kind.scope === 'Namespaced' ? METADATA_FIELDS.fields : ['metadata.name']
  return { fields: [...metadata, ...own], says: 'not supported' }
}
