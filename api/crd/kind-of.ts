/**
 * The kind that a CustomResourceDefinition defines: a value like that of every built-in kind.
 *
 * Of the definition, only names, paths and the texts of its schemas are kept. A schema is parsed when an object of it
 * comes by, and given up again when others are busier, so a kind that nobody uses costs little more than its text.
 */
import type { FieldError } from '../field-error.ts'
import { goQuote } from '../go-text.ts'
import type { Kind, KindRules, KindVersion, RuleContext, ScaleSubresource } from '../kind.ts'
import { checkLabelKey } from '../names.ts'
import type { JsonObject, KubeObject } from '../object.ts'
import { validateCustom } from '../schema/custom.ts'
import { OBJECT_META } from '../schema/embedded.ts'
import type { Schema, TypeSchema } from '../schema/schema.ts'
import { validate } from '../schema/validate/validate.ts'
import { internal } from '../status.ts'
import { schemaOf } from '../tables/schemas.ts'
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionVersion,
} from '../types/apiextensions-v1.ts'
import { compareVersions } from '../version-order.ts'
import { columnsOf } from './columns.ts'
import { asJson, asSchema } from './edge.ts'
import { findByPath, parseJsonPath } from './json-path.ts'
import { validateScaleSpec, validateScaleStatus } from './scale.ts'
import { createShelf, shelfKey } from './shelf.ts'

/**
 * The characters of schemas that are kept parsed. Parsed and compiled, a schema takes some ten times its text: 40 MB,
 * room for a hundred busy kinds of the usual 40 KB.
 */
const SCHEMA_TEXT_MAX = 4 * 2 ** 20

const shelf = createShelf(SCHEMA_TEXT_MAX)

/** The kind of a definition that has been validated and given its defaults. Names are those that were accepted, if any were. */
export function kindOf({ spec, status }: CustomResourceDefinition): Kind {
  const { group } = spec
  const names = acceptedNames(spec.names, status?.acceptedNames)
  const versions = [...spec.versions].sort((one, other) => compareVersions(one.name, other.name))
  const storedAs = versions.find(({ storage }) => storage)?.name ?? ''
  const schemas = new Map(versions.map((version) => [version.name, schemaLoader(group, names.kind, version)]))
  const scales = new Map(versions.map((version) => [version.name, scaleOf(version)]))
  const selectable = new Set(versions.flatMap(selectableOf))
  const convert = conversionOf(spec.conversion?.strategy, `${group}/${storedAs}, Kind=${names.kind}`)
  return {
    group,
    kind: names.kind,
    listKind: names.listKind,
    plural: names.plural,
    singular: names.singular,
    shortNames: [...(names.shortNames ?? [])],
    categories: [...(names.categories ?? [])],
    scope: spec.scope === 'Cluster' ? 'Cluster' : 'Namespaced',
    versions: versions.map((version): KindVersion => {
      const scale = scales.get(version.name)
      const fields = selectableOf(version)
      return {
        name: version.name,
        served: version.served,
        ...(version.deprecated ? { deprecated: { warning: deprecationOf(group, names.kind, version, versions) } } : {}),
        schema: () => schemas.get(version.name)?.().whole ?? NO_SCHEMA,
        columns: columnsOf(version.additionalPrinterColumns ?? []),
        subresources: { ...(version.subresources?.status ? { status: true } : {}), ...(scale ? { scale } : {}) },
        ...(fields.length > 0 ? { selectableFields: fields } : {}),
        ...(convert && version.name !== storedAs ? { convert } : {}),
      }
    }),
    storedAs,
    rules: rulesOf({ storedAs, schemas, scales, selectable }),
  }
}

/** A schema as its definition gave it, and with what every object has besides. */
interface Schemas {
  /** By this one objects are validated: it may restrict metadata.name. */
  readonly own: TypeSchema
  readonly whole: TypeSchema
}

const NO_SCHEMA: TypeSchema = {
  root: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  source: schemaOf,
}

/** Keeps the text alone, and parses it when it is asked for. */
function schemaLoader(group: string, kind: string, { name, schema }: CustomResourceDefinitionVersion): () => Schemas {
  const text = JSON.stringify(schema?.openAPIV3Schema ?? NO_SCHEMA.root)
  const key = shelfKey<Schemas>()
  return () => shelf.take(key, text.length, () => loadSchema(asSchema(JSON.parse(text)), group, kind, name))
}

function loadSchema(root: Schema, group: string, kind: string, version: string): Schemas {
  const whole: Schema = {
    ...root,
    properties: { apiVersion: TEXT, kind: TEXT, ...root.properties, metadata: { $ref: OBJECT_META } },
    'x-kubernetes-group-version-kind': [{ group, version, kind }],
  }
  return { own: { root, source: schemaOf }, whole: { root: whole, source: schemaOf } }
}

const TEXT: Schema = { type: 'string' }

function acceptedNames(
  asked: CustomResourceDefinitionNames,
  accepted: CustomResourceDefinitionNames | undefined,
): CustomResourceDefinitionNames & { readonly singular: string; readonly listKind: string } {
  const names = accepted && accepted.plural !== '' ? accepted : asked
  return {
    ...names,
    singular: names.singular || names.kind.toLowerCase(),
    listKind: names.listKind || `${names.kind}List`,
  }
}

function scaleOf({ subresources }: CustomResourceDefinitionVersion): ScaleSubresource | undefined {
  const { scale } = subresources ?? {}
  return (
    scale && {
      replicasPath: scale.specReplicasPath,
      statusReplicasPath: scale.statusReplicasPath,
      ...(scale.labelSelectorPath ? { selectorPath: scale.labelSelectorPath } : {}),
    }
  )
}

/** `spec.color`, without the dot that it begins with. */
const selectableOf = ({ selectableFields }: CustomResourceDefinitionVersion): readonly string[] =>
  (selectableFields ?? []).map(({ jsonPath }) => jsonPath.replace(/^\./, ''))

/** Source: apiextensions pkg/apiserver/customresource_handler.go defaultDeprecationWarning. */
function deprecationOf(
  group: string,
  kind: string,
  { name, deprecationWarning }: CustomResourceDefinitionVersion,
  inOrder: readonly CustomResourceDefinitionVersion[],
): string {
  if (deprecationWarning !== undefined) return deprecationWarning
  const better = inOrder.find((one) => one.served && !one.deprecated && compareVersions(one.name, name) < 0)
  const warning = `${group}/${name} ${kind} is deprecated`
  return better ? `${warning}; use ${group}/${better.name} ${kind}` : warning
}

/** Versions that differ by nothing but their name are not converted; those that differ need a webhook, and have none yet. */
function conversionOf(strategy: string | undefined, stored: string): KindVersion['convert'] {
  if (strategy !== 'Webhook') return undefined
  const refuse = (): never => {
    throw internal(`conversion webhook for ${stored} failed: this server does not call conversion webhooks yet`)
  }
  return { toStored: refuse, fromStored: refuse }
}

interface Rules {
  readonly storedAs: string
  readonly schemas: ReadonlyMap<string, () => Schemas>
  readonly scales: ReadonlyMap<string, ScaleSubresource | undefined>
  readonly selectable: ReadonlySet<string>
}

/** Source: apiextensions pkg/registry/customresource strategy.go, status_strategy.go. */
function rulesOf({ storedAs, schemas, scales, selectable }: Rules): KindRules {
  return {
    generation: 'all',
    unconditionalUpdate: false,
    name: 'dns-subdomain',
    prepareForUpdate(object: KubeObject, old: KubeObject, { subresource }: RuleContext): void {
      if (subresource === 'status') keepMetadata(object, old)
    },
    validate(object: KubeObject, { subresource, version = storedAs, old }: RuleContext): FieldError[] {
      const schema = schemas.get(version)?.()
      const scale = scales.get(version)
      const json = asJson(object)
      if (subresource === 'status') {
        return [
          ...(schema ? validateStatus(schema.own, json, old && asJson(old)) : []),
          ...(scale ? validateScaleStatus(json, scale) : []),
        ]
      }
      return [
        ...(schema ? validateCustom(schema.own, json, old && asJson(old)) : []),
        ...(scale ? [...validateScaleSpec(json, scale), ...validateScaleStatus(json, scale)] : []),
      ]
    },
    warnings: ({ metadata }, old) => finalizerWarnings(metadata.finalizers, old?.metadata.finalizers),
    ...(selectable.size > 0 ? { selectableFields: [...selectable], fieldOf } : {}),
  }
}

/** A write to the status changes no labels and no finalizers; with which version it goes and who owns what stays its own. */
function keepMetadata(object: KubeObject, old: KubeObject): void {
  const { managedFields, resourceVersion } = object.metadata
  const { managedFields: _fields, resourceVersion: _version, ...kept } = structuredClone(old.metadata)
  object.metadata = {
    ...kept,
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(managedFields === undefined ? {} : { managedFields }),
  }
}

/** Of a write to the status, the rest of the object is no concern. */
function validateStatus({ root, source }: TypeSchema, object: JsonObject, old: JsonObject | undefined): FieldError[] {
  const status = root.properties?.status
  if (!status || object.status === undefined) return []
  const before = old?.status
  return validate({ root: status, source }, object.status, {
    at: 'status',
    ...(before === undefined ? {} : { old: before }),
  })
}

function fieldOf(object: KubeObject, field: string): string {
  const path = parseJsonPath(`.${field}`)
  const [value] = (path && findByPath(path, asJson(object))) ?? []
  return value === undefined || value === null ? '' : String(value)
}

const STANDARD_FINALIZERS: readonly string[] = ['orphan', 'foregroundDeletion', 'kubernetes']

/** Finalizers that others may use by chance as well. */
function finalizerWarnings(finalizers: readonly string[] = [], old: readonly string[] = []): string[] {
  const added = [...new Set(finalizers)].filter((name) => !old.includes(name)).sort()
  return added.flatMap((name) => {
    const before = `metadata.finalizers: ${goQuote(name)}: `
    const why = checkLabelKey(name)
    if (!name.includes('/') && !STANDARD_FINALIZERS.includes(name)) {
      const form = name.includes('.') ? 'finalizer name including a path (/)' : 'finalizer name'
      why.push(`prefer a domain-qualified ${form} to avoid accidental conflicts with other finalizer writers`)
    }
    return why.map((one) => `${before}${one}`)
  })
}
