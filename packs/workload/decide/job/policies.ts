/**
 * What a failed pod means for its job, and which indexes are enough.
 * Source: kubernetes pkg/controller/job/pod_failure_policy.go, success_policy.go.
 */
import type {
  Job,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyRule,
  SuccessPolicyRule,
} from '@muster/api/types/batch-v1.ts'
import type { ContainerStatus, Pod } from '@muster/api/types/core-v1.ts'
import { type Indexes, readIndexSet, total, totalShared } from './indexes.ts'

/** What a failure means; `count` unless a rule says otherwise. */
export type Failure =
  | { readonly means: 'count' | 'ignore' | 'fail-index' }
  | { readonly means: 'fail-job'; readonly message: string }

const COUNT: Failure = { means: 'count' }

/** What the first rule that a failed pod matches makes of it. */
export function failureOf({ spec }: Job, pod: Pod): Failure {
  for (const [at, rule] of (spec?.podFailurePolicy?.rules ?? []).entries()) {
    const matched = matchRule(rule, pod)
    if (matched === undefined) continue
    switch (rule.action) {
      case 'Ignore':
        return { means: 'ignore' }
      case 'FailIndex':
        return { means: 'fail-index' }
      case 'FailJob':
        return { means: 'fail-job', message: `${matched} matching FailJob rule at index ${at}` }
      case 'Count':
        return COUNT
    }
  }
  return COUNT
}

/** What it is that matches, in words. */
function matchRule({ onExitCodes, onPodConditions }: PodFailurePolicyRule, pod: Pod): string | undefined {
  const name = `${pod.metadata.namespace}/${pod.metadata.name}`
  if (onExitCodes) {
    const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {}
    const found = [...containerStatuses, ...initContainerStatuses].find((status) => exitsWith(status, onExitCodes))
    if (!found) return undefined
    return `Container ${found.name} for pod ${name} failed with exit code ${found.state?.terminated?.exitCode}`
  }
  const condition = pod.status?.conditions?.find(({ type, status }) =>
    onPodConditions?.some((pattern) => pattern.type === type && (pattern.status ?? 'True') === status),
  )
  return condition && `Pod ${name} has condition ${condition.type}`
}

function exitsWith({ name, state }: ContainerStatus, wanted: PodFailurePolicyOnExitCodesRequirement): boolean {
  const code = state?.terminated?.exitCode ?? 0
  if (code === 0 || (wanted.containerName ?? name) !== name) return false
  const isListed = wanted.values.includes(code)
  return wanted.operator === 'In' ? isListed : wanted.operator === 'NotIn' && !isListed
}

/** Which rule of its success policy the indexes that succeeded fulfil, in words; undefined when none. */
export function successOf({ spec }: Job, succeeded: Indexes): string | undefined {
  const completions = spec?.completions ?? 0
  const met = (spec?.successPolicy?.rules ?? []).findIndex((rule) => isEnough(rule, succeeded, completions))
  return succeeded.length === 0 || met < 0 ? undefined : `Matched rules at index ${met}`
}

function isEnough({ succeededIndexes, succeededCount }: SuccessPolicyRule, done: Indexes, completions: number) {
  if (succeededIndexes === undefined) return succeededCount !== undefined && total(done) >= succeededCount
  const wanted = readIndexSet(succeededIndexes, completions)
  if (wanted.length === 0) return false
  const shared = totalShared(wanted, done)
  return shared === total(wanted) || (succeededCount !== undefined && shared >= succeededCount)
}
