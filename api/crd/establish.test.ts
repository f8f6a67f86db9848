import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { CustomResourceDefinition, CustomResourceDefinitionNames } from '../types/apiextensions-v1.ts'
import { conditionOf } from './conditions.ts'
import { establish } from './establish.ts'

const NOW = '2026-01-01T00:00:00Z'
const LATER = '2026-01-02T00:00:00Z'

const NAMES = { plural: 'foos', singular: 'foo', kind: 'Foo', listKind: 'FooList' }

function definitionOf(names: Partial<CustomResourceDefinitionNames> = {}, group = 'example.com') {
  const asked = { ...NAMES, ...names }
  const definition: CustomResourceDefinition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${asked.plural}.${group}` },
    spec: { group, scope: 'Namespaced', names: asked, versions: [{ name: 'v1', served: true, storage: true }] },
    status: { acceptedNames: { plural: '', kind: '' }, storedVersions: ['v1'] },
  }
  return definition
}

/** As it is once it has been established. */
function settled(definition: CustomResourceDefinition, others: readonly CustomResourceDefinition[] = [], now = NOW) {
  const status = establish(definition, others, now)
  return status ? { ...definition, status } : definition
}

const said = (definition: CustomResourceDefinition, type: Parameters<typeof conditionOf>[1]) => {
  const { status, reason, message } = conditionOf(definition, type) ?? {}
  return [status, reason, message]
}

test('names that nobody has are accepted, and the definition is established', () => {
  const definition = definitionOf({ shortNames: ['fo'], categories: ['all'] })
  deepEqual(establish(definition, [definition], NOW), {
    storedVersions: ['v1'],
    acceptedNames: { ...NAMES, shortNames: ['fo'], categories: ['all'] },
    conditions: [
      {
        type: 'NamesAccepted',
        status: 'True',
        reason: 'NoConflicts',
        message: 'no conflicts found',
        lastTransitionTime: NOW,
      },
      {
        type: 'Established',
        status: 'True',
        reason: 'InitialNamesAccepted',
        message: 'the initial names have been accepted',
        lastTransitionTime: NOW,
      },
    ],
  })
  equal(establish(settled(definition), [], LATER), undefined)
})

test('names belong to whom they were given first', () => {
  const first = settled(definitionOf({ shortNames: ['f', 'fo'] }))
  const cases: readonly (readonly [names: Partial<CustomResourceDefinitionNames>, reason: string, message: string])[] =
    [
      [{ singular: 'foos' }, 'SingularConflict', '"foos" is already in use'],
      [{ shortNames: ['b', 'f'] }, 'ShortNamesConflict', '"f" is already in use'],
      [{ shortNames: ['fo', 'f'] }, 'ShortNamesConflict', '["fo" is already in use, "f" is already in use]'],
      [{ kind: 'Foo' }, 'KindConflict', '"Foo" is already in use'],
      [{ kind: 'FooList' }, 'KindConflict', '"FooList" is already in use'],
      [{ listKind: 'FooList' }, 'ListKindConflict', '"FooList" is already in use'],
      // Of several conflicts, the last is told.
      [{ singular: 'foo', kind: 'Foo' }, 'KindConflict', '"Foo" is already in use'],
    ]
  for (const [names, reason, message] of cases) {
    const asked = { plural: 'bars', singular: 'bar', kind: 'Bar', listKind: 'BarList', ...names }
    const second = settled(definitionOf(asked), [first])
    deepEqual(said(second, 'NamesAccepted'), ['False', reason, message])
    deepEqual(said(second, 'Established'), ['False', 'NotAccepted', 'not all names are accepted'])
    // The names without a conflict are accepted all the same.
    equal(second.status?.acceptedNames?.plural, 'bars')
    const freed = settled(second, [], LATER)
    deepEqual(said(freed, 'NamesAccepted'), ['True', 'NoConflicts', 'no conflicts found'])
    equal(conditionOf(freed, 'Established')?.lastTransitionTime, LATER)
    const accepted = freed.status?.acceptedNames
    deepEqual({ ...accepted }, { ...freed.spec.names })
  }
})

test('names of another group are no concern', () => {
  const first = settled(definitionOf())
  deepEqual(said(settled(definitionOf({}, 'other.example.com'), [first]), 'NamesAccepted')[0], 'True')
})

test('who is established stays so, with the names that it had', () => {
  const first = settled(definitionOf())
  const second = settled(definitionOf({ plural: 'bars', singular: 'bar', kind: 'Bar', listKind: 'BarList' }), [first])
  const greedy = { ...second, spec: { ...second.spec, names: { ...second.spec.names, kind: 'Foo' } } }
  const refused = settled(greedy, [first, second], LATER)
  deepEqual(said(refused, 'NamesAccepted'), ['False', 'KindConflict', '"Foo" is already in use'])
  equal(refused.status?.acceptedNames?.kind, 'Bar')
  equal(conditionOf(refused, 'NamesAccepted')?.lastTransitionTime, LATER)
  deepEqual(conditionOf(refused, 'Established'), conditionOf(second, 'Established'))
})

test('short names and categories that are given up are gone', () => {
  const first = settled(definitionOf({ shortNames: ['f'], categories: ['all'] }))
  const { shortNames: _short, categories: _categories, ...names } = first.spec.names
  const changed = settled({ ...first, spec: { ...first.spec, names } }, [], LATER)
  deepEqual(changed.status?.acceptedNames, NAMES)
  ok(changed.status?.conditions?.every(({ lastTransitionTime }) => lastTransitionTime === NOW))
})

test('groups of the community need an approval, or say that they have none', () => {
  const needed = 'protected groups must have approval annotation "api-approved.kubernetes.io"'
  const see = 'see https://github.com/kubernetes/enhancements/pull/1111'
  const cases: readonly (readonly [annotation: string | undefined, condition: readonly string[]])[] = [
    [undefined, ['False', 'MissingAnnotation', `${needed}, ${see}`]],
    [
      'soon',
      ['False', 'InvalidAnnotation', `${needed} with either a URL or a reason starting with "unapproved", ${see}`],
    ],
    ['unapproved, yet', ['False', 'UnapprovedAnnotation', 'not approved: "unapproved, yet"']],
    ['https://a.b/c', ['True', 'ApprovedAnnotation', 'approved in https://a.b/c']],
  ]
  for (const [annotation, condition] of cases) {
    const definition = definitionOf({}, 'x.k8s.io')
    if (annotation !== undefined) definition.metadata.annotations = { 'api-approved.kubernetes.io': annotation }
    deepEqual(said(settled(definition), 'KubernetesAPIApprovalPolicyConformant'), condition)
  }
  equal(conditionOf(settled(definitionOf()), 'KubernetesAPIApprovalPolicyConformant'), undefined)
})
