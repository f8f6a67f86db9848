/** The rules that CustomResourceDefinition itself keeps, as a kind. Source: apiextensions pkg/registry/customresourcedefinition strategy.go. */
import { goQuote } from '../go-text.ts'
import type { KindRules, RuleContext } from '../kind.ts'
import { isValidatedFormat } from '../schema/formats.ts'
import type { CustomResourceDefinition, JSONSchemaProps } from '../types/apiextensions-v1.ts'
import { setCondition } from './conditions.ts'
import { asDefinition } from './edge.ts'
import { CLEANUP_FINALIZER, TERMINATING } from './establish.ts'
import { validateDefinition, validateStatus, validateUnchanged } from './validate/definition.ts'
import { partsOf } from './validate/structural.ts'

/** Rules for objects that have been decoded and given {@link defaultDefinition}. */
export const definitionRules: KindRules<CustomResourceDefinition> = {
  generation: 'spec',
  unconditionalUpdate: false,
  name: 'dns-subdomain',
  prepareForCreate(definition) {
    const stored = storageOf(definition)
    definition.status = stored.length > 0 ? { storedVersions: stored } : {}
  },
  prepareForUpdate(definition, old, { subresource }) {
    if (subresource === 'status') return
    const stored = old.status?.storedVersions ?? []
    const added = storageOf(definition).filter((name) => !stored.includes(name))
    definition.status = { ...old.status, storedVersions: [...stored, ...added] }
  },
  validate: (definition, { subresource, old }: RuleContext) =>
    subresource === 'status' ? validateStatus(definition) : validateDefinition(definition, old && asDefinition(old)),
  validateUpdate: (definition, old, { subresource }) =>
    subresource === 'status' ? [] : validateUnchanged(definition, old),
  // Its objects go before it does, so the first DELETE only marks it.
  isHeld: ({ metadata }) => metadata.deletionTimestamp === undefined,
  whenMarked(definition, isFirst) {
    if (isFirst) beginTermination(definition)
  },
  warnings: (definition, old) => {
    const known = new Set(old ? unknownFormats(old) : [])
    return unknownFormats(definition)
      .filter((format) => !known.has(format))
      .map((format) => `unrecognized format ${goQuote(format)}`)
  },
}

/** Kubernetes marks definitions in a way of its own, in which neither generation nor grace are written. */
function beginTermination(definition: CustomResourceDefinition): void {
  const { metadata, status } = definition
  if (metadata.generation !== undefined) metadata.generation--
  delete metadata.deletionGracePeriodSeconds
  const finalizers = metadata.finalizers ?? []
  if (!finalizers.includes(CLEANUP_FINALIZER)) metadata.finalizers = [...finalizers, CLEANUP_FINALIZER]
  const conditions = setCondition(status?.conditions ?? [], TERMINATING.pending, metadata.deletionTimestamp ?? '')
  definition.status = { ...status, conditions }
}

/** The version that objects are stored in from now on; none in a definition that is not valid. */
const storageOf = ({ spec }: CustomResourceDefinition): string[] =>
  (spec.versions ?? [])
    .filter(({ storage }) => storage)
    .map(({ name }) => name)
    .slice(0, 1)

const unknownFormats = ({ spec }: CustomResourceDefinition): readonly string[] =>
  (spec.versions ?? []).flatMap(({ schema }) => (schema?.openAPIV3Schema ? formatsIn(schema.openAPIV3Schema) : []))

const formatsIn = (schema: JSONSchemaProps): readonly string[] => [
  ...(schema.format && !isKnown(schema.type, schema.format) ? [schema.format] : []),
  ...partsOf(schema).flatMap(formatsIn),
]

function isKnown(type: string | undefined, format: string): boolean {
  if (type === 'integer') return format === 'int32' || format === 'int64'
  if (type === 'number') return format === 'float' || format === 'double'
  return (type === undefined || type === 'string') && isValidatedFormat(format)
}
