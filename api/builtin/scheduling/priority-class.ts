/** How important pods are: which go first, and which have to go for others. */
import { NAME_COLUMN } from '../../columns.ts'
import { type FieldError, forbidden, notSupported, required } from '../../field-error.ts'
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import type { PriorityClass } from '../../types/scheduling-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { immutable } from '../immutable.ts'

/** PriorityClass. Source: kubernetes pkg/registry/scheduling/priorityclass, pkg/apis/scheduling. */
export const priorityClass = builtIn<PriorityClass>({
  group: 'scheduling.k8s.io',
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  shortNames: ['pc'],
  scope: 'Cluster',
  versions: [
    {
      name: 'v1',
      default(priority) {
        priority.preemptionPolicy ??= 'PreemptLowerPriority'
      },
      columns: [
        NAME_COLUMN,
        column(
          'Value',
          'value represents the integer value of this priority class. This is the actual priority that pods receive when they have the name of this class in their pod spec.',
          ({ value }) => value ?? 0,
          { type: 'integer' },
        ),
        column(
          'Global-Default',
          'globalDefault specifies whether this PriorityClass should be considered as the default priority for pods that do not have any priority class. Only one PriorityClass can be marked as `globalDefault`. However, if more than one PriorityClasses exists with their `globalDefault` field set to true, the smallest value of such global default PriorityClasses will be used as the default priority.',
          ({ globalDefault }) => globalDefault ?? false,
          { type: 'boolean' },
        ),
        AGE_COLUMN,
        column(
          'PreemptionPolicy',
          'preemptionPolicy is the Policy for preempting pods with lower priority. One of Never, PreemptLowerPriority. Defaults to PreemptLowerPriority if unset.',
          ({ preemptionPolicy }) => preemptionPolicy ?? '',
        ),
      ],
    },
  ],
  rules: {
    generation: 'none',
    prepareForCreate({ metadata }) {
      // It stays so: only what may change counts, and a class may not.
      metadata.generation = 1
    },
    validate: (priority, { old }) => [
      ...validateBuiltInFinalizers(priority.metadata.finalizers, 'metadata.finalizers'),
      ...(old ? [] : [...validateValue(priority), ...validatePolicy(priority)]),
    ],
    validateUpdate: ({ value = 0, preemptionPolicy }, old) => [
      ...(value === (old.value ?? 0) ? [] : [forbidden('value', 'may not be changed in an update.')]),
      ...immutable('preemptionPolicy', preemptionPolicy, old.preemptionPolicy),
    ],
  },
})

/** The highest that is not Kubernetes' own. Source: kubernetes pkg/apis/scheduling types.go HighestUserDefinablePriority. */
const VALUE_MAX = 1_000_000_000

const SYSTEM_PREFIX = 'system-'
const SYSTEM_VALUES: Readonly<Record<string, number>> = {
  'system-node-critical': 2_000_001_000,
  'system-cluster-critical': 2_000_000_000,
}

function validateValue({ metadata: { name = '' }, value = 0, globalDefault = false }: PriorityClass): FieldError[] {
  if (!name.startsWith(SYSTEM_PREFIX)) {
    const why = `maximum allowed value of a user defined priority is ${VALUE_MAX}`
    return value > VALUE_MAX ? [forbidden('value', why)] : []
  }
  const wrong = sayNotSystem(name, value, globalDefault)
  if (wrong === undefined) return []
  const reserved = `priority class names with '${SYSTEM_PREFIX}' prefix are reserved for system use only`
  return [forbidden('metadata.name', `${reserved}. error: ${wrong}`)]
}

function sayNotSystem(name: string, value: number, globalDefault: boolean): string | undefined {
  const expected = Object.hasOwn(SYSTEM_VALUES, name) ? SYSTEM_VALUES[name] : undefined
  if (expected === undefined) return `${name} is not a known system priority class`
  if (value !== expected) return `value of ${name} PriorityClass must be ${expected}`
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined
}

const POLICIES = ['PreemptLowerPriority', 'Never']

function validatePolicy({ preemptionPolicy: policy }: PriorityClass): FieldError[] {
  if (policy === undefined || POLICIES.includes(policy)) return []
  return [policy === '' ? required('preemptionPolicy') : notSupported('preemptionPolicy', policy, POLICIES)]
}
