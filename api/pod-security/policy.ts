/**
 * What a namespace asks of its pods, in its labels: a level for each of three modes, as of a version.
 *
 *     pod-security.kubernetes.io/enforce: restricted          pod-security.kubernetes.io/enforce-version: v1.30
 *
 * Source: pod-security-admission api/helpers.go PolicyToEvaluate.
 */
import { type FieldError, invalid, key } from '../field-error.ts'

/** From what lets everything pass to what is strictest. */
export const LEVELS = ['privileged', 'baseline', 'restricted'] as const
/** How strict. */
export type Level = (typeof LEVELS)[number]

/** Which pods are refused, written to the audit log, and warned of. */
export type Mode = 'enforce' | 'audit' | 'warn'

/** A level as of a minor version of Kubernetes; the newest there is when `latest`. */
export interface Standard {
  readonly level: Level
  readonly version: number | 'latest'
}

/** What a namespace asks. */
export type Policy = Readonly<Record<Mode, Standard>>

/** `restricted:v1.30` */
export const sayStandard = ({ level, version }: Standard): string =>
  `${level}:${version === 'latest' ? version : `v1.${version}`}`

/** How strict one level is beside another: below zero when it is less. */
export const compareLevels = (one: Level, other: Level): number => LEVELS.indexOf(one) - LEVELS.indexOf(other)

const LABEL = 'pod-security.kubernetes.io/'
const ANYTHING: Standard = { level: 'privileged', version: 'latest' }

/** What the labels of a namespace ask, and what is wrong with them. What cannot be read is as strict as can be. */
export function policyOf(labels: Readonly<Record<string, string>> = {}): { policy: Policy; errors: FieldError[] } {
  const errors: FieldError[] = []
  const wrong = (name: string, why: string) =>
    errors.push(invalid(key('metadata.labels', `${LABEL}${name}`), labels[`${LABEL}${name}`] ?? '', why))
  const read = (mode: Mode): Standard => {
    const level = labels[`${LABEL}${mode}`]
    const version = labels[`${LABEL}${mode}-version`]
    const found = level === undefined ? ANYTHING.level : LEVELS.find((known) => known === level)
    if (!found) wrong(mode, `must be one of ${LEVELS.join(', ')}`)
    const asOf = version === undefined ? 'latest' : readVersion(version)
    if (asOf === undefined) wrong(`${mode}-version`, 'must be "latest" or "v1.x"')
    return { level: found ?? (mode === 'enforce' ? 'restricted' : 'privileged'), version: asOf ?? 'latest' }
  }
  const [enforce, audit, warn] = [read('enforce'), read('audit'), read('warn')]
  const said = labels[`${LABEL}enforce`]
  // Whoever enforces and says nothing of warnings is warned of the same.
  if (labels[`${LABEL}warn`] === undefined && said === enforce.level && compareLevels(enforce.level, warn.level) > 0) {
    const version = labels[`${LABEL}warn-version`] === undefined ? enforce.version : warn.version
    return { policy: { enforce, audit, warn: { level: enforce.level, version } }, errors }
  }
  return { policy: { enforce, audit, warn }, errors }
}

function readVersion(text: string): Standard['version'] | undefined {
  if (text === 'latest') return 'latest'
  const [, minor] = /^v1\.(0|[1-9]\d*)$/.exec(text) ?? []
  return minor === undefined ? undefined : Number(minor)
}
