/** What is wrong with a job, and what may change. Source: kubernetes pkg/apis/batch/validation ValidateJob. */

import {
  child,
  type FieldError,
  type FieldPath,
  invalid,
  key,
  notSupported,
  required,
  tooLong,
} from '../../../field-error.ts'
import { byteLength } from '../../../go-text.ts'
import type { RuleContext } from '../../../kind.ts'
import { validateBuiltInFinalizers } from '../../../metadata/finalizers.ts'
import { checkLabel, checkSubdomain } from '../../../names.ts'
import { sameMeaning } from '../../../same-meaning.ts'
import { hasInvalidValue, validateLabelSelector } from '../../../selector/label-selector.ts'
import { matchesLabels } from '../../../selector/labels.ts'
import type { Job, JobSpec } from '../../../types/batch-v1.ts'
import type { Container, PodTemplateSpec } from '../../../types/core-v1.ts'
import { nonNegative, optionalOneOf } from '../../checks.ts'
import { goPodSpec, goPodTemplate } from '../../core/pod-spec/go-pod-spec.ts'
import { validatePodTemplate } from '../../core/pod-spec/validate.ts'
import { goForm } from '../../go-form.ts'
import { goLabels, goSelector } from '../../go-selector.ts'
import { immutable } from '../../immutable.ts'
import { tryFilter, validateChosen } from '../../workload.ts'
import { isJobConditionTrue } from './conditions.ts'
import { validateFailurePolicy, validateSuccessPolicy } from './policies.ts'
import { type JobLabels, LABELS, OLD_LABELS } from './selector.ts'

const INDEXED_MAX = 100_000
const MANY_COMPLETIONS = 100_000
const MANY_MAX = 10_000
const MANAGED_BY_BYTES_MAX = 63

/** What is wrong with a job. A write of the status is judged by the change alone. */
export function validateJob(job: Job, { subresource, old }: RuleContext): FieldError[] {
  if (subresource === 'status') return []
  const before = old as Job | undefined // Of the kind that the rules are for.
  const { completionMode, completions = 0 } = job.spec ?? {}
  const name = job.metadata.name ?? ''
  const longest = `${name}-${completions - 1}`
  const why = `will not able to create pod with invalid DNS label: ${longest}`
  const isBadName = completionMode === 'Indexed' && completions > 0 && checkLabel(longest).length > 0
  return [
    ...validateBuiltInFinalizers(job.metadata.finalizers, 'metadata.finalizers'),
    ...validateGenerated(job, before),
    ...validateSpec(job.spec, before?.spec, 'spec'),
    ...(isBadName ? [invalid('metadata.name', name, why)] : []),
  ]
}

/** The labels and the selector that the server gives are those that it gives. */
function validateGenerated({ metadata, spec }: Job, old: Job | undefined): FieldError[] {
  if (spec?.manualSelector || !spec?.selector) return []
  const labels = spec.template.metadata?.labels ?? {}
  const before = old?.spec?.template.metadata?.labels ?? {}
  const needsPrefix = !old || (LABELS.name in before && LABELS.uid in before)
  const values = (names: JobLabels) => ({ [names.uid]: metadata.uid ?? '', [names.name]: metadata.name ?? '' })
  const expected = { ...values(OLD_LABELS), ...(needsPrefix ? values(LABELS) : {}) }
  const filter = tryFilter(spec.selector)
  return [
    ...Object.entries(expected).flatMap(([label, value]) => {
      const place = key('spec.template.metadata.labels', label)
      const why = `must be '${value}'`
      if (labels[label] === undefined) return [required(place, why)]
      return labels[label] === value ? [] : [invalid(place, goLabels(labels), why)]
    }),
    ...(filter && !matchesLabels(filter, expected)
      ? [invalid('spec.selector', goSelector(spec.selector), '`selector` not auto-generated')]
      : []),
  ]
}

function validateSpec(spec: JobSpec | undefined, old: JobSpec | undefined, path: FieldPath): FieldError[] {
  const { selector, template } = spec ?? {}
  const allowInvalidValues = hasInvalidValue(old?.selector)
  const filter = tryFilter(selector)
  return [
    ...validateJobSpec(spec, old, path),
    ...(selector
      ? validateLabelSelector(selector, child(path, 'selector'), { allowInvalidValues })
      : [required(child(path, 'selector'))]),
    ...(filter ? validateChosen(filter, template, child(path, 'template')) : []),
  ]
}

const COUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
] as const

/** What is wrong with the spec of a job, or of the jobs of a CronJob. Its selector is not looked at. */
export function validateJobSpec(spec: JobSpec | undefined, old: JobSpec | undefined, path: FieldPath): FieldError[] {
  const whole: JobSpec = spec ?? { template: {} }
  const { maxFailedIndexes, backoffLimitPerIndex, completionMode, successPolicy, podFailurePolicy } = whole
  const isIndexed = completionMode === 'Indexed'
  const needsIndexes = (field: string, value: unknown) => [
    invalid(child(path, field), value, 'requires indexed completion mode'),
  ]
  return [
    ...COUNTS.flatMap((count) => nonNegative(whole[count], child(path, count))),
    ...(maxFailedIndexes !== undefined && backoffLimitPerIndex === undefined
      ? [required(child(path, 'backoffLimitPerIndex'), 'when maxFailedIndexes is specified')]
      : []),
    ...(whole.managedBy === undefined ? [] : validateManagedBy(whole.managedBy, child(path, 'managedBy'))),
    ...optionalOneOf(completionMode, ['NonIndexed', 'Indexed'], child(path, 'completionMode')),
    ...(isIndexed ? validateIndexed(whole, path) : []),
    ...(completionMode === undefined || completionMode === 'NonIndexed'
      ? [
          ...(backoffLimitPerIndex === undefined ? [] : needsIndexes('backoffLimitPerIndex', backoffLimitPerIndex)),
          ...(maxFailedIndexes === undefined ? [] : needsIndexes('maxFailedIndexes', maxFailedIndexes)),
        ]
      : []),
    ...(podFailurePolicy ? validateFailurePolicy(whole, child(path, 'podFailurePolicy')) : []),
    ...(successPolicy && !isIndexed ? needsIndexes('successPolicy', goForm('SuccessPolicy', successPolicy)) : []),
    ...(successPolicy && isIndexed ? validateSuccessPolicy(whole, child(path, 'successPolicy')) : []),
    ...optionalOneOf(
      whole.podReplacementPolicy,
      podFailurePolicy ? ['Failed'] : ['Failed', 'TerminatingOrFailed'],
      child(path, 'podReplacementPolicy'),
    ),
    ...validatePodTemplate(whole.template, child(path, 'template'), old?.template),
    ...validateRestart(whole, child(path, 'template', 'spec', 'restartPolicy')),
  ]
}

/** `example.com/controller` */
function validateManagedBy(name: string, path: FieldPath): FieldError[] {
  const [host = '', ...rest] = name.split('/')
  const below = rest.join('/')
  const isTooLong = byteLength(name) > MANAGED_BY_BYTES_MAX
  const own =
    name === ''
      ? [required(path)]
      : host === '' || below === ''
        ? [invalid(path, name, 'must be a domain-prefixed path (such as "acme.io/foo")')]
        : checkSubdomain(host).map((why) => invalid(path, host, why))
  return [...own, ...(isTooLong ? [tooLong(path, MANAGED_BY_BYTES_MAX)] : [])]
}

function validateIndexed(spec: JobSpec, path: FieldPath): FieldError[] {
  const { completions, parallelism = 0, maxFailedIndexes: failed, backoffLimitPerIndex } = spec
  const [parallelPath, failedPath] = [child(path, 'parallelism'), child(path, 'maxFailedIndexes')]
  const most = (limit: string) => `must be less than or equal to ${limit}`
  const errors: FieldError[] = []
  if (completions === undefined) {
    errors.push(required(child(path, 'completions'), 'when completion mode is Indexed'))
  }
  if (parallelism > INDEXED_MAX) {
    errors.push(invalid(parallelPath, parallelism, most(`${INDEXED_MAX} when completion mode is Indexed`)))
  }
  if (completions !== undefined && failed !== undefined && failed > completions) {
    errors.push(invalid(failedPath, failed, most('completions')))
  }
  if (failed !== undefined && failed > INDEXED_MAX) errors.push(invalid(failedPath, failed, most(`${INDEXED_MAX}`)))
  if (completions === undefined || completions <= MANY_COMPLETIONS || backoffLimitPerIndex === undefined) return errors
  const many = most(`${MANY_MAX} when completions are above ${MANY_COMPLETIONS} and used with backoff limit per index`)
  if (failed === undefined) {
    errors.push(required(failedPath, `must be specified when completions is above ${MANY_COMPLETIONS}`))
  }
  if (parallelism > MANY_MAX) errors.push(invalid(parallelPath, parallelism, many))
  if (failed !== undefined && failed > MANY_MAX) errors.push(invalid(failedPath, failed, many))
  return errors
}

/** Pods of a job end, so that they cannot always begin anew. */
function validateRestart({ template, podFailurePolicy }: JobSpec, path: FieldPath): FieldError[] {
  const restart = template?.spec?.restartPolicy ?? ''
  if (restart === '' || restart === 'Always') return [required(path, 'valid values: "OnFailure", "Never"')]
  if (restart !== 'OnFailure' && restart !== 'Never') return [notSupported(path, restart, ['OnFailure', 'Never'])]
  return podFailurePolicy && restart !== 'Never'
    ? [invalid(path, restart, 'only "Never" is supported when podFailurePolicy is specified')]
    : []
}

/** What may not change of a job. Kubernetes asks once more what is wrong with the spec, and tells it twice. */
export function validateJobChange({ spec }: Job, old: Job): FieldError[] {
  const before = old.spec
  if (!spec || !before) return []
  const below = (field: string) => child('spec', field)
  const fixed = (field: 'completionMode' | 'backoffLimitPerIndex' | 'managedBy') =>
    immutable(below(field), spec[field], before[field])
  const policy = (field: 'podFailurePolicy' | 'successPolicy', type: string) =>
    immutable(below(field), spec[field], before[field], spec[field] ? goForm(type, spec[field]) : null)
  return [
    ...validateSpec(spec, before, 'spec'),
    ...validateCompletions(spec, before, below('completions')),
    ...immutable(below('selector'), spec.selector, before.selector, goSelector(spec.selector)),
    ...validateTemplateChange(spec, old, before, below('template')),
    ...fixed('completionMode'),
    ...policy('podFailurePolicy', 'PodFailurePolicy'),
    ...fixed('backoffLimitPerIndex'),
    ...fixed('managedBy'),
    ...policy('successPolicy', 'SuccessPolicy'),
  ]
}

/** A job of indexes may grow and shrink, with as many pods at once as it has completions. */
function validateCompletions(spec: JobSpec, old: JobSpec, path: FieldPath): FieldError[] {
  if (spec.completionMode !== 'Indexed') return immutable(path, spec.completions, old.completions)
  if (spec.completions === undefined || spec.completions === old.completions) return []
  return spec.completions === spec.parallelism
    ? []
    : [invalid(path, spec.completions, 'can only be modified in tandem with spec.parallelism')]
}

/** While a job is suspended and has no pods, where they run and what they use may change. */
function validateTemplateChange(spec: JobSpec, job: Job, old: JobSpec, path: FieldPath): FieldError[] {
  const isIdle = old.suspend === true && isJobConditionTrue(job, 'Suspended') && !job.status?.active
  if (!isIdle) return immutable(path, spec.template, old.template, goPodTemplate(spec.template))
  const allowed = withPlacesOf(old.template, spec.template)
  const pods = spec.template.spec
  const kept = {
    ...allowed.spec,
    containers: withResourcesOf(allowed.spec?.containers, pods?.containers),
    initContainers: withResourcesOf(allowed.spec?.initContainers, pods?.initContainers),
  }
  return sameMeaning(pods, kept) ? [] : [invalid('spec.template.spec', goPodSpec(pods), 'field is immutable')]
}

function withPlacesOf(old: PodTemplateSpec, { spec }: PodTemplateSpec): PodTemplateSpec {
  const { nodeAffinity } = spec?.affinity ?? {}
  const { nodeAffinity: _old, ...affinity } = old.spec?.affinity ?? {}
  const whole = { ...affinity, ...(nodeAffinity ? { nodeAffinity } : {}) }
  const {
    affinity: _affinity,
    nodeSelector: _selector,
    tolerations: _tolerations,
    schedulingGates: _gates,
    ...rest
  } = {
    containers: [],
    ...old.spec,
  }
  return {
    ...old,
    spec: {
      ...rest,
      ...(Object.keys(whole).length > 0 || spec?.affinity ? { affinity: whole } : {}),
      ...(spec?.nodeSelector ? { nodeSelector: spec.nodeSelector } : {}),
      ...(spec?.tolerations ? { tolerations: spec.tolerations } : {}),
      ...(spec?.schedulingGates ? { schedulingGates: spec.schedulingGates } : {}),
    },
  }
}

const withResourcesOf = (old: readonly Container[] = [], next: readonly Container[] = []): readonly Container[] =>
  old.length === next.length
    ? old.map((container, at) => {
        const { name, resources } = next[at] ?? container
        return name === container.name && resources ? { ...container, resources } : container
      })
    : old
