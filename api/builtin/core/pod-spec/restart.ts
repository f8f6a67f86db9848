/** Which containers begin anew when they end, and when. Source: kubernetes pkg/apis/core/validation validateContainerRestartPolicy. */
import {
  child,
  duplicate,
  type FieldError,
  type FieldPath,
  index,
  invalid,
  required,
  tooMany,
} from '../../../field-error.ts'
import type { Container, ContainerResizePolicy } from '../../../types/core-v1.ts'
import { notSupportedUnless, oneOf } from '../../checks.ts'

const POLICIES = ['Always', 'Never', 'OnFailure']
const ACTIONS = ['Restart', 'RestartAllContainers']
const RULES_MAX = 20
const EXIT_CODES_MAX = 255

/** What is wrong with the policy of one container. */
export function validateRestart({ restartPolicy, restartPolicyRules = [] }: Container, path: FieldPath): FieldError[] {
  const rulesPath = child(path, 'restartPolicyRules')
  if (restartPolicy === undefined && restartPolicyRules.length === 0) return []
  return [
    ...(restartPolicy === undefined
      ? [required(child(path, 'restartPolicy'), 'must specify restartPolicy when restart rules are used')]
      : notSupportedUnless(restartPolicy, POLICIES, child(path, 'restartPolicy'))),
    ...(restartPolicyRules.length > RULES_MAX ? [tooMany(rulesPath, restartPolicyRules.length, RULES_MAX)] : []),
    ...restartPolicyRules.flatMap(({ action = '', exitCodes }, at) => {
      const place = index(rulesPath, at)
      const codesPath = child(place, 'exitCodes')
      const codes = exitCodes?.values ?? []
      return [
        ...notSupportedUnless(action, ACTIONS, child(place, 'action')),
        ...(exitCodes
          ? notSupportedUnless(exitCodes.operator ?? '', ['In', 'NotIn'], child(codesPath, 'operator'))
          : [required(codesPath, 'must be specified')]),
        ...(codes.length > EXIT_CODES_MAX ? [tooMany(child(codesPath, 'values'), codes.length, EXIT_CODES_MAX)] : []),
      ]
    }),
  ]
}

/** What is wrong with whether a container begins anew when it is given more or less. */
export const validateResizePolicy = (
  policies: readonly ContainerResizePolicy[],
  podRestart: string | undefined,
  path: FieldPath,
): FieldError[] =>
  policies.flatMap(({ resourceName, restartPolicy }, at) => [
    ...(policies.findIndex((other) => other.resourceName === resourceName) < at
      ? [duplicate(index(path, at), resourceName)]
      : []),
    ...oneOf(resourceName, ['cpu', 'memory'], path),
    ...oneOf(restartPolicy, ['NotRequired', 'RestartContainer'], path),
    ...(podRestart === 'Never' && restartPolicy !== 'NotRequired'
      ? [invalid(path, restartPolicy, "must be 'NotRequired' when pod `restartPolicy` is 'Never'")]
      : []),
  ])
