/** The names of a definition, asked for and accepted. Source: apiextensions validation.go ValidateCustomResourceDefinitionNames. */
import { child, type FieldError, type FieldPath, index, invalid, required } from '../../field-error.ts'
import { check1035Label } from '../../names.ts'
import type { CustomResourceDefinitionNames } from '../../types/apiextensions-v1.ts'

/** What is wrong with names that are there. */
export function validateNames(names: CustomResourceDefinitionNames, path: FieldPath): FieldError[] {
  const { plural, singular = '', kind, listKind = '', shortNames = [], categories = [] } = names
  const label = (name: string, place: FieldPath): FieldError[] => refuse(name, name, '', place)
  const mixed = (name: string, place: FieldPath): FieldError[] => refuse(name, name.toLowerCase(), MIXED, place)
  const given = (name: string, field: string, check: typeof label): FieldError[] =>
    name === '' ? [] : check(name, child(path, field))
  return [
    ...given(plural, 'plural', label),
    ...given(singular, 'singular', label),
    ...given(kind, 'kind', mixed),
    ...given(listKind, 'listKind', mixed),
    ...shortNames.flatMap((name, at) => label(name, index(child(path, 'shortNames'), at))),
    // One word for both would leave open what an object is.
    ...(kind !== '' && kind === listKind
      ? [invalid(child(path, 'listKind'), listKind, 'kind and listKind may not be the same')]
      : []),
    ...categories.flatMap((name, at) => label(name, index(child(path, 'categories'), at))),
  ]
}

/** Names that must be asked for. */
export const requireNames = (names: CustomResourceDefinitionNames, path: FieldPath): FieldError[] =>
  (['plural', 'singular', 'kind', 'listKind'] as const).flatMap((field) =>
    names[field] ? [] : [required(child(path, field))],
  )

const MIXED = 'may have mixed case, but should otherwise match: '

function refuse(name: string, checked: string, before: string, path: FieldPath): FieldError[] {
  const why = check1035Label(checked)
  return why.length === 0 ? [] : [invalid(path, name, `${before}${why.join(',')}`)]
}
