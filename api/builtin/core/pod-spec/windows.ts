/** What is particular to the systems of nodes. Source: kubernetes pkg/apis/core/validation validateOS, validateWindows…. */
import { child, type FieldError, type FieldPath, forbidden, index, invalid } from '../../../field-error.ts'
import { byteLength } from '../../../go-text.ts'
import { checkSubdomain } from '../../../names.ts'
import type { Container, PodSpec, WindowsSecurityContextOptions } from '../../../types/core-v1.ts'
import { oneOf } from '../../checks.ts'
import type { ContainerList } from './containers.ts'

const CREDENTIAL_KIB_MAX = 64
const DOMAIN_BYTES_MAX = 256
const USER_BYTES_MAX = 104

/** What is wrong with whom a container runs as on Windows. */
export function validateWindowsOptions(
  options: WindowsSecurityContextOptions | undefined,
  path: FieldPath,
): FieldError[] {
  const { gmsaCredentialSpecName: name, gmsaCredentialSpec: credential, runAsUserName: user } = options ?? {}
  const credentialPath = child(path, 'gmsaCredentialSpec')
  return [
    ...(name === undefined
      ? []
      : checkSubdomain(name).map((why) => invalid(child(path, 'gmsaCredentialSpecName'), name, why))),
    ...(credential === '' ? [invalid(credentialPath, '', 'gmsaCredentialSpec cannot be an empty string')] : []),
    ...(byteLength(credential ?? '') > CREDENTIAL_KIB_MAX * 1024
      ? [invalid(credentialPath, credential, `gmsaCredentialSpec size must be under ${CREDENTIAL_KIB_MAX} KiB`)]
      : []),
    ...(user === undefined
      ? []
      : checkUserName(user).map((why) => invalid(child(path, 'runAsUserName'), user, `runAsUserName${why}`))),
  ]
}

const NET_BIOS = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/
const DNS_LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?'
const DNS = new RegExp(`^${DNS_LABEL}(?:\\.${DNS_LABEL})*$`)

/** `DOMAIN\user`; the domain may be left out. */
function checkUserName(name: string): string[] {
  if (name === '') return [' cannot be an empty string']
  if (/\p{Cc}/u.test(name)) return [' cannot contain control characters']
  const parts = name.split('\\')
  if (parts.length > 2) return [' cannot contain more than one backslash']
  const user = parts.at(-1) ?? ''
  const domain = parts.length === 2 ? (parts[0] ?? '') : undefined
  const isDomain = domain === undefined || NET_BIOS.test(domain) || DNS.test(domain)
  return [
    ...(byteLength(domain ?? '') >= DOMAIN_BYTES_MAX
      ? [`'s Domain length must be under ${DOMAIN_BYTES_MAX} characters`]
      : []),
    ...(isDomain ? [] : ["'s Domain doesn't match the NetBios nor the DNS format"]),
    ...(user === '' ? ["'s User cannot be empty"] : []),
    ...(byteLength(user) > USER_BYTES_MAX
      ? [`'s User length must not be longer than ${USER_BYTES_MAX} characters`]
      : []),
    ...(/^[. ]+$/.test(user) ? ["'s User cannot contain only periods or spaces"] : []),
    ...(/["/\\:;|=,+*?<>@[\]]/.test(user)
      ? ['\'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]']
      : []),
  ]
}

type Visit = (container: Container, path: FieldPath) => FieldError[]

/** Every container with its path, in Kubernetes' order. */
function visit(spec: PodSpec, path: FieldPath, check: Visit): FieldError[] {
  const lists: readonly ContainerList[] = ['initContainers', 'containers', 'ephemeralContainers']
  return lists.flatMap((list) =>
    (spec[list] ?? []).flatMap((container, at) => check(container, index(child(path, list), at))),
  )
}

/** Containers that are processes of their node are so all together, and on its network. */
export function validateHostProcess(spec: PodSpec, path: FieldPath): FieldError[] {
  const ofPod = spec.securityContext?.windowsOptions?.hostProcess
  let [all, hostProcesses] = [0, 0]
  const errors = visit(spec, path, ({ securityContext }, place) => {
    const own = securityContext?.windowsOptions?.hostProcess
    all++
    if (own ?? ofPod) hostProcesses++
    if (ofPod === undefined || own === undefined || ofPod === own) return []
    const why = `pod hostProcess value must be identical if both are specified, was ${ofPod}`
    return [invalid(child(place, 'securityContext', 'windowsOptions', 'hostProcess'), own, why)]
  })
  if (hostProcesses === 0) return errors
  const every = 'If pod contains any hostProcess containers then all containers must be HostProcess containers'
  const network = 'hostNetwork must be true if pod contains any hostProcess containers'
  return [
    ...errors,
    ...(hostProcesses === all ? [] : [invalid(path, '', every)]),
    ...(spec.hostNetwork ? [] : [invalid(child(path, 'hostNetwork'), false, network)]),
  ]
}

const NOT_OF_WINDOWS = {
  pod: [
    'appArmorProfile',
    'seLinuxOptions',
    'seccompProfile',
    'fsGroup',
    'fsGroupChangePolicy',
    'sysctls',
    'runAsUser',
    'runAsGroup',
    'supplementalGroups',
    'supplementalGroupsPolicy',
    'seLinuxChangePolicy',
  ],
  spec: ['hostUsers', 'hostPID', 'hostIPC', 'shareProcessNamespace'],
  container: [
    'appArmorProfile',
    'seLinuxOptions',
    'seccompProfile',
    'capabilities',
    'readOnlyRootFilesystem',
    'privileged',
    'allowPrivilegeEscalation',
    'procMount',
    'runAsUser',
    'runAsGroup',
  ],
} as const

/** Each system has its own options; a pod that says which may have no others. */
export function validateSystem(spec: PodSpec, path: FieldPath): FieldError[] {
  if (!spec.os) return []
  const errors = oneOf(spec.os.name, ['linux', 'windows'], child(path, 'os', 'name')).map((error) =>
    error.reason === 'FieldValueNotSupported' ? { ...error, path: child(path, 'os') } : error,
  )
  if (errors.length > 0) return errors
  return spec.os.name === 'linux' ? refuseWindows(spec, path) : refuseLinux(spec, path)
}

function refuseWindows(spec: PodSpec, path: FieldPath): FieldError[] {
  const refuse = (context: { windowsOptions?: object } | undefined, place: FieldPath) =>
    context?.windowsOptions
      ? [forbidden(child(place, 'securityContext', 'windowsOptions'), 'windows options cannot be set for a linux pod')]
      : []
  return [
    ...refuse(spec.securityContext, path),
    ...visit(spec, path, ({ securityContext }, place) => refuse(securityContext, place)),
  ]
}

function refuseLinux(spec: PodSpec, path: FieldPath): FieldError[] {
  const refuse = (object: object | undefined, fields: readonly string[], place: FieldPath) => {
    const said = new Map<string, unknown>(Object.entries(object ?? {}))
    return fields
      .filter((field) => said.get(field) !== undefined && said.get(field) !== false)
      .map((field) => forbidden(child(place, field), 'cannot be set for a windows pod'))
  }
  return [
    ...refuse(spec.securityContext, NOT_OF_WINDOWS.pod, child(path, 'securityContext')),
    ...refuse(spec, NOT_OF_WINDOWS.spec, path),
    ...visit(spec, path, ({ securityContext }, place) =>
      refuse(securityContext, NOT_OF_WINDOWS.container, child(place, 'securityContext')),
    ),
  ]
}
