/** Probes of containers, and what is done when they start and stop. Source: kubernetes pkg/apis/core/validation validateHandler. */
import { child, type FieldError, type FieldPath, forbidden, invalid, required } from '../../../field-error.ts'
import { checkHttpHeaderName } from '../../../names.ts'
import type { HTTPGetAction, Lifecycle, LifecycleHandler, Probe, SleepAction } from '../../../types/core-v1.ts'
import { complaints, nonNegative, oneOf } from '../../checks.ts'
import { validatePortNumberOrName } from '../port-rules.ts'

/** The three probes of a container. */
export const validateProbes = (
  { livenessProbe, readinessProbe, startupProbe }: Readonly<Partial<Record<ProbeField, Probe>>>,
  graceSeconds: number | undefined,
  path: FieldPath,
): FieldError[] => [
  ...validateProbe(livenessProbe, graceSeconds, child(path, 'livenessProbe')),
  ...validateSingleSuccess(livenessProbe, child(path, 'livenessProbe')),
  ...validateProbe(readinessProbe, graceSeconds, child(path, 'readinessProbe')),
  ...(readinessProbe?.terminationGracePeriodSeconds === undefined
    ? []
    : [
        invalid(
          child(path, 'readinessProbe', 'terminationGracePeriodSeconds'),
          readinessProbe.terminationGracePeriodSeconds,
          'must not be set for readinessProbes',
        ),
      ]),
  ...validateProbe(startupProbe, graceSeconds, child(path, 'startupProbe')),
  ...validateSingleSuccess(startupProbe, child(path, 'startupProbe')),
]

/** The fields of a container that are probes. */
export type ProbeField = 'livenessProbe' | 'readinessProbe' | 'startupProbe'

const COUNTS = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const

function validateProbe(probe: Probe | undefined, graceSeconds: number | undefined, path: FieldPath): FieldError[] {
  if (!probe) return []
  const { terminationGracePeriodSeconds: grace } = probe
  return [
    ...validateHandler(probe, graceSeconds, path),
    ...COUNTS.flatMap((count) => nonNegative(probe[count], child(path, count))),
    ...(grace !== undefined && grace <= 0
      ? [invalid(child(path, 'terminationGracePeriodSeconds'), grace, 'must be greater than 0')]
      : []),
  ]
}

const validateSingleSuccess = (probe: Probe | undefined, path: FieldPath): FieldError[] =>
  probe && (probe.successThreshold ?? 0) !== 1
    ? [invalid(child(path, 'successThreshold'), probe.successThreshold ?? 0, 'must be 1')]
    : []

/** What is done at the start and at the stop. */
export const validateLifecycle = (
  { postStart, preStop }: Lifecycle,
  graceSeconds: number | undefined,
  path: FieldPath,
): FieldError[] => [
  ...(postStart ? validateHandler(postStart, graceSeconds, child(path, 'postStart')) : []),
  ...(preStop ? validateHandler(preStop, graceSeconds, child(path, 'preStop')) : []),
]

/** Exactly one of the things that can be done. */
function validateHandler(
  handler: Probe & LifecycleHandler,
  graceSeconds: number | undefined,
  path: FieldPath,
): FieldError[] {
  const { exec, httpGet, tcpSocket, grpc, sleep } = handler
  const actions: readonly (readonly [string, object | undefined, (place: FieldPath) => FieldError[]])[] = [
    ['exec', exec, (place) => (exec?.command?.length ? [] : [required(child(place, 'command'))])],
    ['httpGet', httpGet, (place) => (httpGet ? validateHttpGet(httpGet, place) : [])],
    ['tcpSocket', tcpSocket, (place) => validatePortNumberOrName(tcpSocket?.port ?? 0, child(place, 'port'))],
    ['grpc', grpc, (place) => validatePortNumberOrName(grpc?.port ?? 0, child(place, 'port'))],
    ['sleep', sleep, (place) => (sleep ? validateSleep(sleep, graceSeconds, place) : [])],
  ]
  const [first, ...others] = actions.filter(([, action]) => action !== undefined)
  if (!first) return [required(path, 'must specify a handler type')]
  const [name, , validate] = first
  return [
    ...validate(child(path, name)),
    ...others.map(([other]) => forbidden(child(path, other), 'may not specify more than 1 handler type')),
  ]
}

const validateHttpGet = (
  { path: file, port, scheme, httpHeaders = [] }: HTTPGetAction,
  path: FieldPath,
): FieldError[] => [
  ...(file ? [] : [required(child(path, 'path'))]),
  ...validatePortNumberOrName(port ?? 0, child(path, 'port')),
  ...oneOf(scheme, ['HTTP', 'HTTPS'], child(path, 'scheme')),
  ...httpHeaders.flatMap(({ name }) => complaints(checkHttpHeaderName, name, child(path, 'httpHeaders'))),
]

function validateSleep({ seconds = 0 }: SleepAction, graceSeconds: number | undefined, path: FieldPath): FieldError[] {
  if (graceSeconds === undefined || (seconds >= 0 && seconds <= graceSeconds)) return []
  return [invalid(path, seconds, `must be non-negative and less than terminationGracePeriodSeconds (${graceSeconds})`)]
}
