/** As whom, and with what rights, containers run. Source: kubernetes pkg/apis/core/validation ValidateSecurityContext. */
import {
  child,
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  index,
  invalid,
  required,
  tooLong,
} from '../../../field-error.ts'
import { byteLength } from '../../../go-text.ts'
import { checkUnixId } from '../../../names.ts'
import type {
  AppArmorProfile,
  PodSecurityContext,
  PodSpec,
  SeccompProfile,
  SecurityContext,
  Sysctl,
} from '../../../types/core-v1.ts'
import { oneOf, optionalOneOf } from '../../checks.ts'
import { goForm } from '../../go-form.ts'
import { validateDescending } from './paths.ts'
import { validateWindowsOptions } from './windows.ts'

const id = (value: number | undefined, path: FieldPath): FieldError[] =>
  value === undefined ? [] : checkUnixId(value).map((why) => invalid(path, value, why))

/** What is wrong with the rights of one container. */
export function validateSecurityContext(
  context: SecurityContext | undefined,
  hostUsers: boolean,
  path: FieldPath,
): FieldError[] {
  if (!context) return []
  const { procMount, privileged, allowPrivilegeEscalation, capabilities } = context
  const contradiction = (what: string) =>
    invalid(path, goForm('SecurityContext', context), `cannot set \`allowPrivilegeEscalation\` to false and ${what}`)
  const isConfined = allowPrivilegeEscalation === false
  const admins = isConfined ? (capabilities?.add ?? []).filter((name) => name === 'CAP_SYS_ADMIN') : []
  return [
    ...id(context.runAsUser, child(path, 'runAsUser')),
    ...id(context.runAsGroup, child(path, 'runAsGroup')),
    ...optionalOneOf(procMount, ['Default', 'Unmasked'], child(path, 'procMount')),
    ...(hostUsers && procMount === 'Unmasked'
      ? [invalid(child(path, 'procMount'), procMount, '`hostUsers` must be false to use `Unmasked`')]
      : []),
    ...validateSeccomp(context.seccompProfile, child(path, 'seccompProfile')),
    ...(isConfined && privileged ? [contradiction('`privileged` to true')] : []),
    ...admins.map(() => contradiction('`capabilities.Add` CAP_SYS_ADMIN')),
    ...validateWindowsOptions(context.windowsOptions, child(path, 'windowsOptions')),
    ...validateAppArmor(context.appArmorProfile, child(path, 'appArmorProfile')),
  ]
}

/** What is wrong with the rights of a pod. */
export function validatePodSecurityContext(spec: PodSpec, path: FieldPath): FieldError[] {
  const { securityContext: context, shareProcessNamespace, hostPID } = spec
  if (!context) return []
  return [
    ...id(context.fsGroup, child(path, 'fsGroup')),
    ...id(context.runAsUser, child(path, 'runAsUser')),
    ...id(context.runAsGroup, child(path, 'runAsGroup')),
    ...(context.supplementalGroups ?? []).flatMap((group, at) =>
      id(group, index(child(path, 'supplementalGroups'), at)),
    ),
    ...(shareProcessNamespace && hostPID
      ? [
          invalid(
            child(path, 'shareProcessNamespace'),
            true,
            'ShareProcessNamespace and HostPID cannot both be enabled',
          ),
        ]
      : []),
    ...validateSysctls(context, spec, child(path, 'sysctls')),
    ...optionalOneOf(context.fsGroupChangePolicy, ['Always', 'OnRootMismatch'], child(path, 'fsGroupChangePolicy')),
    ...validateSeccomp(context.seccompProfile, child(path, 'seccompProfile')),
    ...validateWindowsOptions(context.windowsOptions, child(path, 'windowsOptions')),
    ...validateAppArmor(context.appArmorProfile, child(path, 'appArmorProfile')),
    ...optionalOneOf(context.supplementalGroupsPolicy, ['Merge', 'Strict'], child(path, 'supplementalGroupsPolicy')),
    ...optionalOneOf(context.seLinuxChangePolicy, ['MountOption', 'Recursive'], child(path, 'seLinuxChangePolicy')),
  ]
}

const PROFILES = ['Localhost', 'RuntimeDefault', 'Unconfined']

function validateSeccomp(profile: SeccompProfile | undefined, path: FieldPath): FieldError[] {
  if (!profile) return []
  const { type, localhostProfile } = profile
  const place = child(path, 'localhostProfile')
  const ofType = type
    ? oneOf(type, PROFILES, child(path, 'type'))
    : [required(child(path, 'type'), 'type is required when seccompProfile is set')]
  if (type !== 'Localhost') {
    if (localhostProfile === undefined) return ofType
    const shown = goForm('SeccompProfile', profile)
    return [...ofType, invalid(place, shown, 'can only be set when seccomp type is Localhost')]
  }
  return localhostProfile === undefined
    ? [...ofType, required(place, 'must be set when seccomp type is Localhost')]
    : [...ofType, ...validateDescending(localhostProfile, place)]
}

/** The longest path of Linux, less its end. */
const PATH_BYTES_MAX = 4095

function validateAppArmor(profile: AppArmorProfile | undefined, path: FieldPath): FieldError[] {
  if (!profile) return []
  const { type, localhostProfile } = profile
  const place = child(path, 'localhostProfile')
  if (!type) return [required(child(path, 'type'), 'type is required when appArmorProfile is set')]
  if (type !== 'Localhost') {
    const errors = oneOf(type, PROFILES, child(path, 'type'))
    if (errors.length > 0 || localhostProfile === undefined) return errors
    return [invalid(place, localhostProfile, 'can only be set when AppArmor type is Localhost')]
  }
  if (localhostProfile === undefined || localhostProfile === '') {
    return [required(place, 'must be set when AppArmor type is Localhost')]
  }
  const isPadded = localhostProfile.trim() !== localhostProfile
  return [
    ...(isPadded ? [invalid(place, localhostProfile, 'must not be padded with whitespace')] : []),
    ...(byteLength(localhostProfile) > PATH_BYTES_MAX ? [tooLong(place, PATH_BYTES_MAX)] : []),
  ]
}

const SEGMENT = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?'
const SYSCTL = `^(${SEGMENT}[\\./])*${SEGMENT}$`
const SYSCTL_BYTES_MAX = 253

function validateSysctls({ sysctls = [] }: PodSecurityContext, spec: PodSpec, path: FieldPath): FieldError[] {
  const seen = new Set<string>()
  return sysctls.flatMap((sysctl, at) => {
    const place = child(index(path, at), 'name')
    const errors = [...validateSysctl(sysctl, seen, place), ...validateHostSysctl(sysctl, spec, place)]
    seen.add(sysctl.name)
    return errors
  })
}

function validateSysctl({ name }: Sysctl, seen: ReadonlySet<string>, path: FieldPath): FieldError[] {
  if (!name) return [required(path)]
  if (name.length > SYSCTL_BYTES_MAX || !new RegExp(SYSCTL).test(name)) {
    return [invalid(path, name, `must have at most ${SYSCTL_BYTES_MAX} characters and match regex ${SYSCTL}`)]
  }
  return seen.has(name) ? [duplicate(path, name)] : []
}

/** Who shares the node's network or its messages cannot set them. Source: component-helpers node/util/sysctl. */
function validateHostSysctl({ name }: Sysctl, { hostNetwork, hostIPC }: PodSpec, path: FieldPath): FieldError[] {
  const dotted = name?.replaceAll('/', '.') ?? ''
  const isOfMessages = /^(kernel\.(sem|msg|shm)|fs\.mqueue\.)/.test(dotted)
  if (hostNetwork && dotted.startsWith('net.'))
    return [invalid(path, name, "may not be specified when 'hostNetwork' is true")]
  return hostIPC && isOfMessages ? [invalid(path, name, "may not be specified when 'hostIPC' is true")] : []
}

/** Users of its own are not for who shares the node's processes or devices. */
export function validateHostUsers(
  { hostUsers, hostNetwork, hostPID, hostIPC }: PodSpec,
  path: FieldPath,
): FieldError[] {
  if (hostUsers !== false) return []
  const refused = [
    ['hostNetwork', hostNetwork],
    ['HostPID', hostPID],
    ['HostIPC', hostIPC],
  ] as const
  return refused.flatMap(([field, isSet]) =>
    isSet ? [forbidden(child(path, field), 'when `hostUsers` is false')] : [],
  )
}
