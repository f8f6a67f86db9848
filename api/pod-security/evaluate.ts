/**
 * Which checks make up which level, as of which version. A check has a version for each time that it changed; one of
 * the restricted level may stand in place of one of the baseline. Source: pod-security-admission policy/registry.go.
 */
import {
  appArmorProfile,
  defaultCapabilities,
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  hostProbes,
  privileged,
  procMount,
  seccompAnnotations,
  seccompProfile,
  seLinuxOptions,
  seLinuxOptions31,
  sysctls,
  windowsHostProcess,
} from './baseline.ts'
import type { Standard } from './policy.ts'
import {
  mustFilterCalls,
  noCapabilities,
  noEscalation,
  restrictedVolumes,
  runAsNonRoot,
  runAsUser,
  unlessOwnUsers,
  unlessWindows,
} from './restricted.ts'
import type { PodCheck, PodLike, Violation } from './words.ts'

interface Check {
  /** By the minor version from which on it is so, the oldest first. */
  readonly since: readonly (readonly [minor: number, check: PodCheck])[]
  /** The check of the baseline that is not made besides. */
  readonly insteadOf?: string
}

/** In the order in which they speak. */
const BASELINE: Readonly<Record<string, Check>> = {
  appArmorProfile: { since: [[0, appArmorProfile]] },
  capabilities: { since: [[0, defaultCapabilities]] },
  hostNamespaces: { since: [[0, hostNamespaces]] },
  hostPathVolumes: { since: [[0, hostPathVolumes]] },
  hostPorts: { since: [[0, hostPorts]] },
  hostProbes: { since: [[34, hostProbes]] },
  privileged: { since: [[0, privileged]] },
  procMount: {
    since: [
      [0, procMount],
      [35, unlessOwnUsers(procMount)],
    ],
  },
  seLinuxOptions: {
    since: [
      [0, seLinuxOptions],
      [31, seLinuxOptions31],
    ],
  },
  seccompProfile: {
    since: [
      [0, seccompAnnotations],
      [19, seccompProfile],
    ],
  },
  sysctls: {
    since: [
      [0, sysctls[0]],
      [27, sysctls[27]],
      [29, sysctls[29]],
      [32, sysctls[32]],
    ],
  },
  windowsHostProcess: { since: [[0, windowsHostProcess]] },
}

const RESTRICTED: readonly Check[] = [
  {
    since: [
      [8, noEscalation],
      [25, unlessWindows(noEscalation)],
    ],
  },
  {
    since: [
      [22, noCapabilities],
      [25, unlessWindows(noCapabilities)],
    ],
    insteadOf: 'capabilities',
  },
  { since: [[35, procMount]], insteadOf: 'procMount' },
  { since: [[0, restrictedVolumes]], insteadOf: 'hostPathVolumes' },
  {
    since: [
      [0, runAsNonRoot],
      [35, unlessOwnUsers(runAsNonRoot)],
    ],
  },
  {
    since: [
      [23, runAsUser],
      [35, unlessOwnUsers(runAsUser)],
    ],
  },
  {
    since: [
      [19, mustFilterCalls],
      [25, unlessWindows(mustFilterCalls)],
    ],
    insteadOf: 'seccompProfile',
  },
]

/** What a pod violates of a standard. */
export function violations({ level, version }: Standard, pod: PodLike): Violation[] {
  if (level === 'privileged') return []
  const minor = version === 'latest' ? Number.POSITIVE_INFINITY : version
  const restricted = level === 'restricted' ? RESTRICTED.filter((check) => checkAsOf(check, minor)) : []
  const replaced = new Set(restricted.map(({ insteadOf }) => insteadOf))
  const baseline = Object.entries(BASELINE).flatMap(([name, check]) => (replaced.has(name) ? [] : [check]))
  return [...baseline, ...restricted].flatMap((check) => checkAsOf(check, minor)?.(pod) ?? [])
}

const checkAsOf = ({ since }: Check, minor: number): PodCheck | undefined =>
  since.findLast(([from]) => from <= minor)?.[1]

/** All of them in one line, in a word each. */
export const sayReasons = (all: readonly Violation[]): string => all.map(({ reason }) => reason).join(', ')

/** All of them in one line, in full. */
export const sayViolations = (all: readonly Violation[]): string =>
  all.map(({ reason, detail }) => (detail === '' ? reason : `${reason} (${detail})`)).join(', ')
