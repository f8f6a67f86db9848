/**
 * The form in which Kubernetes checks a definition: what all of its versions have alike stands above them, once. So an
 * error in the schema of a definition's only version is found at `spec.validation`, not at `spec.versions[0].schema`.
 * Source: apiextensions pkg/apis/apiextensions/v1 conversion.go.
 */
import { canonicalJson } from '../schema/json.ts'
import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinitionVersion,
  CustomResourceSubresources,
  CustomResourceValidation,
  SelectableField,
} from '../types/apiextensions-v1.ts'

/** What versions may have alike. */
export interface Shared {
  readonly validation?: CustomResourceValidation | undefined
  readonly subresources?: CustomResourceSubresources | undefined
  readonly columns?: readonly CustomResourceColumnDefinition[] | undefined
  readonly selectableFields?: readonly SelectableField[] | undefined
}

/** A version, with those of the four that differ between versions. */
export interface FoldedVersion extends Shared {
  readonly version: CustomResourceDefinitionVersion
}

/** The versions of a definition, and what they have alike. */
export interface Folded {
  readonly shared: Shared
  readonly versions: readonly FoldedVersion[]
}

/** Moves up what all versions have alike. */
export function fold(versions: readonly CustomResourceDefinitionVersion[]): Folded {
  const own: readonly Shared[] = versions.map((version) => ({
    validation: version.schema,
    subresources: version.subresources,
    columns: version.additionalPrinterColumns,
    selectableFields: version.selectableFields,
  }))
  const [first = {}] = own
  const areAlike = (part: keyof Shared): boolean => new Set(own.map((one) => textOf(one[part]))).size <= 1
  const alike = {
    validation: areAlike('validation'),
    subresources: areAlike('subresources'),
    columns: areAlike('columns'),
    selectableFields: areAlike('selectableFields'),
  }
  const part = (from: Shared, isShared: boolean): Shared => ({
    validation: alike.validation === isShared ? from.validation : undefined,
    subresources: alike.subresources === isShared ? from.subresources : undefined,
    columns: alike.columns === isShared ? from.columns : undefined,
    selectableFields: alike.selectableFields === isShared ? from.selectableFields : undefined,
  })
  return {
    shared: part(first, true),
    versions: versions.map((version, at) => ({ version, ...part(own[at] ?? {}, false) })),
  }
}

/** Nothing and an empty list are alike. */
const textOf = (value: unknown): string => {
  const isNothing = value === undefined || (Array.isArray(value) && value.length === 0)
  return isNothing ? '' : canonicalJson(JSON.parse(JSON.stringify(value)))
}
