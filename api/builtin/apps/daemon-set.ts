/** A pod on every node. */

import { NAME_COLUMN } from '../../columns.ts'
import { child, type FieldError, type FieldPath, invalid, notSupported, required } from '../../field-error.ts'
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import { sameMeaning } from '../../same-meaning.ts'
import { hasInvalidValue, validateLabelSelector } from '../../selector/label-selector.ts'
import type { DaemonSet, DaemonSetSpec, DaemonSetStatus, RollingUpdateDaemonSet } from '../../types/apps-v1.ts'
import { builtIn } from '../built-in.ts'
import { amountOf, nonNegative, validateIntOrPercent, validatePercentMax } from '../checks.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { containerColumns, INTEGER, sayLabelSelector, sayLabels, WIDE } from '../core/pod-spec/columns.ts'
import { defaultPodTemplate } from '../core/pod-spec/defaults.ts'
import { dropDisabledOfTemplate } from '../core/pod-spec/disabled.ts'
import { validatePodTemplate } from '../core/pod-spec/validate.ts'
import { warnOfTemplate } from '../core/pod-spec/warnings.ts'
import { goForm } from '../go-form.ts'
import { goSelector } from '../go-selector.ts'
import { immutable } from '../immutable.ts'
import {
  isEmptySelector,
  tryFilter,
  validateChosen,
  validateCollisions,
  validateCounts,
  validateRunsOn,
} from '../workload.ts'

/** How often the template changed, as Kubernetes once counted: it is said in an annotation, and by the server alone. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation'

/** DaemonSet. Source: kubernetes pkg/registry/apps/daemonset, pkg/apis/apps. */
export const daemonSet = builtIn<DaemonSet>({
  group: 'apps',
  kind: 'DaemonSet',
  plural: 'daemonsets',
  shortNames: ['ds'],
  categories: ['all'],
  versions: [
    {
      name: 'v1',
      default: defaultDaemonSet,
      columns: [
        NAME_COLUMN,
        countColumn(
          'Desired',
          'The total number of nodes that should be running the daemon pod (including nodes correctly running the daemon pod). More info: https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/',
          'desiredNumberScheduled',
        ),
        countColumn(
          'Current',
          'The number of nodes that are running at least 1 daemon pod and are supposed to run the daemon pod. More info: https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/',
          'currentNumberScheduled',
        ),
        countColumn(
          'Ready',
          'numberReady is the number of nodes that should be running the daemon pod and have one or more of the daemon pod running with a Ready Condition.',
          'numberReady',
        ),
        countColumn(
          'Up-to-date',
          'The total number of nodes that are running updated daemon pod',
          'updatedNumberScheduled',
        ),
        countColumn(
          'Available',
          'The number of nodes that should be running the daemon pod and have one or more of the daemon pod running and available (ready for at least spec.minReadySeconds)',
          'numberAvailable',
        ),
        column(
          'Node Selector',
          "NodeSelector is a selector which must be true for the pod to fit on a node. Selector which must match a node's labels for the pod to be scheduled on that node. More info: https://kubernetes.io/docs/concepts/configuration/assign-pod-node/",
          ({ spec }) => sayLabels(spec?.template.spec?.nodeSelector),
        ),
        AGE_COLUMN,
        ...containerColumns<DaemonSet>(({ spec }) => spec?.template.spec),
        column(
          'Selector',
          "A label query over pods that are managed by the daemon set. Must match in order to be controlled. It must match the pod template's labels. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors",
          ({ spec }) => sayLabelSelector(spec?.selector),
          WIDE,
        ),
      ],
      convertedAnnotations: [TEMPLATE_GENERATION],
      subresources: { status: true },
    },
  ],
  rules: {
    generation: 'spec',
    prepareForCreate(object) {
      dropDisabledOfTemplate(object.spec?.template)
      sayTemplateGeneration(object, Math.max(templateGenerationOf(object), 1))
    },
    prepareForUpdate(object, old, { subresource }) {
      if (subresource === 'status') return
      dropDisabledOfTemplate(object.spec?.template)
      const isNew = !sameMeaning(object.spec?.template, old.spec?.template)
      sayTemplateGeneration(object, templateGenerationOf(old) + (isNew ? 1 : 0))
    },
    validate: (object, { subresource, old }) => [
      ...validateBuiltInFinalizers(object.metadata.finalizers, 'metadata.finalizers'),
      ...(subresource === 'status'
        ? validateCounts(object.status, COUNTS, 'status')
        : [
            ...(old
              ? immutable(
                  'spec.selector',
                  object.spec?.selector,
                  (old as DaemonSet).spec?.selector,
                  goSelector(object.spec?.selector),
                )
              : []),
            ...validateSpec(object.spec, (old as DaemonSet | undefined)?.spec),
          ]),
    ],
    validateUpdate: ({ status }, old, { subresource }) =>
      subresource === 'status' ? validateCollisions(status, old.status) : [],
    warnings: ({ spec }, old) => warnOfTemplate(spec?.template, 'spec.template', old?.spec?.template),
  },
})

type Count = keyof DaemonSetStatus & `${string}umber${string}`

function countColumn(name: string, description: string, count: Count) {
  return column<DaemonSet>(name, description, ({ status }) => status?.[count] ?? 0, INTEGER)
}

function defaultDaemonSet(set: DaemonSet): void {
  sayTemplateGeneration(set, templateGenerationOf(set))
  const { spec } = set
  if (!spec) return
  spec.updateStrategy ??= {}
  const { updateStrategy } = spec
  updateStrategy.type ||= 'RollingUpdate'
  if (updateStrategy.type === 'RollingUpdate') {
    updateStrategy.rollingUpdate = { maxUnavailable: 1, maxSurge: 0, ...updateStrategy.rollingUpdate }
  }
  spec.revisionHistoryLimit ??= 10
  spec.template ??= {}
  defaultPodTemplate(spec.template)
}

const templateGenerationOf = ({ metadata }: DaemonSet): number =>
  Number.parseInt(metadata.annotations?.[TEMPLATE_GENERATION] ?? '0', 10) || 0

function sayTemplateGeneration({ metadata }: DaemonSet, generation: number): void {
  metadata.annotations = { ...metadata.annotations, [TEMPLATE_GENERATION]: String(generation) }
}

function validateSpec(spec: DaemonSetSpec | undefined, old: DaemonSetSpec | undefined): FieldError[] {
  const { selector, template } = spec ?? {}
  const path = 'spec'
  const filter = tryFilter(selector)
  return [
    ...validateLabelSelector(selector, child(path, 'selector'), {
      allowInvalidValues: hasInvalidValue(old?.selector),
    }),
    ...(filter ? validateChosen(filter, template, child(path, 'template')) : []),
    ...(selector && isEmptySelector(selector)
      ? [invalid(child(path, 'selector'), goSelector(selector), 'empty selector is invalid for daemonset')]
      : []),
    ...validatePodTemplate(template, child(path, 'template'), old?.template),
    ...validateRunsOn(template, 'DaemonSet', child(path, 'template')),
    ...nonNegative(spec?.minReadySeconds, child(path, 'minReadySeconds')),
    ...validateStrategy(spec?.updateStrategy, child(path, 'updateStrategy')),
    ...nonNegative(spec?.revisionHistoryLimit, child(path, 'revisionHistoryLimit')),
  ]
}

function validateStrategy(strategy: DaemonSetSpec['updateStrategy'], path: FieldPath): FieldError[] {
  const { type, rollingUpdate } = strategy ?? {}
  if (type === 'OnDelete') return []
  if (type === 'RollingUpdate') {
    const place = child(path, 'rollingUpdate')
    return rollingUpdate ? validateRollingUpdate(rollingUpdate, place) : [required(place)]
  }
  return [notSupported(path, goForm('DaemonSetUpdateStrategy', strategy), ['RollingUpdate', 'OnDelete'])]
}

/** A node has one pod less for a while, or one more: not both, and not neither. */
function validateRollingUpdate({ maxUnavailable = 0, maxSurge = 0 }: RollingUpdateDaemonSet, path: FieldPath) {
  const [less, more] = [child(path, 'maxUnavailable'), child(path, 'maxSurge')]
  const [hasLess, hasMore] = [amountOf(maxUnavailable) !== 0, amountOf(maxSurge) !== 0]
  return [
    ...validateIntOrPercent(maxUnavailable, less),
    ...validateIntOrPercent(maxSurge, more),
    ...validatePercentMax(maxUnavailable, less),
    ...validatePercentMax(maxSurge, more),
    ...(hasLess && hasMore ? [invalid(more, maxSurge, 'may not be set when maxUnavailable is non-zero')] : []),
    ...(hasLess || hasMore ? [] : [required(less, 'cannot be 0 when maxSurge is 0')]),
  ]
}

const COUNTS = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'observedGeneration',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
  'collisionCount',
]
