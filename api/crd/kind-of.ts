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
import type { KubeObject } from '../object.ts'
import { validateCustom, validateCustomStatus } from '../schema/custom.ts'
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionVersion,
} from '../types/apiextensions-v1.ts'
import { compareVersions } from '../version-order.ts'
import { columnsOf } from './columns.ts'
import { isConditionTrue } from './conditions.ts'
import { conversionOf, readingOf, type Versions } from './conversion.ts'
import { asJson } from './edge.ts'
import { findByPath, parseJsonPath } from './json-path.ts'
import { validateScaleSpec, validateScaleStatus } from './scale.ts'
import { NO_SCHEMAS, type SchemaLoader, schemaLoader } from './version-schema.ts'

/** The kind of a definition that has been validated and given its defaults. Names are those that were accepted, if any were. */
export function kindOf(definition: CustomResourceDefinition): Kind {
  const { metadata, spec, status } = definition
  const { group } = spec
  const names = acceptedNames(spec.names, status?.acceptedNames)
  const versions = [...spec.versions].sort((one, other) => compareVersions(one.name, other.name))
  const storedAs = versions.find(({ storage }) => storage)?.name ?? ''
  const schemas = new Map(versions.map((version) => [version.name, schemaLoader(group, names.kind, version)]))
  const scales = new Map(versions.map((version) => [version.name, scaleOf(version)]))
  const selectable = new Set(versions.flatMap(selectableOf))
  const hasWebhook = spec.conversion?.strategy === 'Webhook'
  const all: Versions = { group, kind: names.kind, storedAs, schemas, hasWebhook }
  // As long as there has been one version, and it has not changed, everything that is stored is as that version says.
  const isAsStored = versions.length === 1 && (metadata.generation ?? 1) === 1
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
      const convert = conversionOf(all, version.name)
      return {
        name: version.name,
        served: version.served,
        ...(version.deprecated ? { deprecated: { warning: deprecationOf(group, names.kind, version, versions) } } : {}),
        schema: () => (schemas.get(version.name)?.() ?? NO_SCHEMAS).whole,
        columns: columnsOf(version.additionalPrinterColumns ?? []),
        subresources: { ...(version.subresources?.status ? { status: true } : {}), ...(scale ? { scale } : {}) },
        ...(fields.length > 0 ? { selectableFields: fields } : {}),
        ...(isAsStored ? {} : { read: readingOf(all, version.name) }),
        ...(convert ? { convert } : {}),
      }
    }),
    storedAs,
    ...(isConditionTrue(definition, 'Terminating') ? { isEnding: true } : {}),
    rules: rulesOf({ storedAs, schemas, scales, selectable }),
  }
}

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

interface Rules {
  readonly storedAs: string
  readonly schemas: ReadonlyMap<string, SchemaLoader>
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
    validate(object: KubeObject, { subresource, version = storedAs, old, warn }: RuleContext): FieldError[] {
      const type = (schemas.get(version)?.() ?? NO_SCHEMAS).own
      const scale = scales.get(version)
      const json = asJson(object)
      const before = old && asJson(old)
      const ofStatus = scale ? validateScaleStatus(json, scale) : []
      if (subresource === 'status') return validateCustomStatus(type, json, { old: before, also: ofStatus, warn })
      const ofSpec = scale ? validateScaleSpec(json, scale) : []
      return validateCustom(type, json, { old: before, also: [...ofSpec, ...ofStatus], warn })
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
