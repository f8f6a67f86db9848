/** The checks of the baseline level: nothing that is known to break out. Source: pod-security-admission policy/check_*.go. */
import { goQuote } from '../go-text.ts'
import type { SELinuxOptions } from '../types/core-v1.ts'
import {
  type AnyContainer,
  containersOf,
  namesWhere,
  type PodCheck,
  plural,
  quoted,
  setters,
  some,
  sorted,
} from './words.ts'

const APP_ARMOR_ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/'

/** No other AppArmor profile than the default and those of the node. */
export const appArmorProfile: PodCheck = (pod) => {
  const isBad = (type: string | undefined) => type !== undefined && type !== 'RuntimeDefault' && type !== 'Localhost'
  const ofPod = pod.spec.securityContext?.appArmorProfile?.type
  const ofContainer = ({ securityContext }: AnyContainer) => securityContext?.appArmorProfile?.type
  const containers = containersOf(pod).filter((container) => isBad(ofContainer(container)))
  const annotations = Object.entries(pod.metadata.annotations ?? {}).filter(
    ([name, value]) =>
      name.startsWith(APP_ARMOR_ANNOTATION) &&
      value !== '' &&
      value !== 'runtime/default' &&
      !value.startsWith('localhost/'),
  )
  const who = setters(
    isBad(ofPod),
    containers.map(({ name }) => name),
  )
  if (annotations.length > 0) who.push(plural('annotation', annotations))
  if (who.length === 0) return undefined
  const types = sorted([...(isBad(ofPod) ? [ofPod ?? ''] : []), ...containers.map((one) => ofContainer(one) ?? '')])
  const values = [...types, ...annotations.map(([name, value]) => `${name}=${goQuote(value)}`).sort()]
  return {
    reason: plural('forbidden AppArmor profile', values),
    detail: `${who.join(' and ')} must not set AppArmor profile type to ${quoted(values)}`,
  }
}

const DEFAULT_CAPABILITIES = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
])

/** No capability that a container does not have anyway. */
export const defaultCapabilities: PodCheck = (pod) => {
  const bad = ({ securityContext }: AnyContainer) =>
    (securityContext?.capabilities?.add ?? []).filter((capability) => !DEFAULT_CAPABILITIES.has(capability))
  const names = namesWhere(pod, (container) => bad(container).length > 0)
  if (names.length === 0) return undefined
  const added = sorted(containersOf(pod).flatMap(bad))
  return {
    reason: 'non-default capabilities',
    detail: `${some('container', names)} must not include ${quoted(added)} in securityContext.capabilities.add`,
  }
}

/** Nothing of the host's network, processes and messages. */
export const hostNamespaces: PodCheck = ({ spec }) => {
  const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((name) => spec[name])
  if (shared.length === 0) return undefined
  return { reason: 'host namespaces', detail: shared.map((name) => `${name}=true`).join(', ') }
}

/** No directory of the host. */
export const hostPathVolumes: PodCheck = ({ spec }) => {
  const names = (spec.volumes ?? []).filter(({ hostPath }) => hostPath).map(({ name }) => name)
  return names.length === 0 ? undefined : { reason: 'hostPath volumes', detail: some('volume', names) }
}

/** No port of the host. */
export const hostPorts: PodCheck = (pod) => {
  const portsOf = ({ ports = [] }: AnyContainer) => ports.flatMap(({ hostPort }) => (hostPort ? [`${hostPort}`] : []))
  const names = namesWhere(pod, (container) => portsOf(container).length > 0)
  if (names.length === 0) return undefined
  const ports = sorted(containersOf(pod).flatMap(portsOf))
  const use = names.length === 1 ? 'uses' : 'use'
  return {
    reason: 'hostPort',
    detail: `${some('container', names)} ${use} ${plural('hostPort', ports)} ${ports.join(', ')}`,
  }
}

/** No question to another host by whoever looks whether a container is well. */
export const hostProbes: PodCheck = (pod) => {
  const hostsOf = ({ livenessProbe, readinessProbe, startupProbe, lifecycle }: AnyContainer) =>
    [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop]
      .flatMap((handler) => [handler?.httpGet?.host, handler?.tcpSocket?.host])
      .flatMap((host) => (host ? [host] : []))
  const names = sorted(namesWhere(pod, (container) => hostsOf(container).length > 0))
  if (names.length === 0) return undefined
  const hosts = sorted(containersOf(pod).flatMap(hostsOf))
  const use = names.length === 1 ? 'uses' : 'use'
  return {
    reason: 'probe or lifecycle host',
    detail: `${some('container', names)} ${use} ${some('probe or lifecycle host', hosts)}`,
  }
}

/** No container that may do everything. */
export const privileged: PodCheck = (pod) => {
  const names = namesWhere(pod, ({ securityContext }) => securityContext?.privileged === true)
  if (names.length === 0) return undefined
  return { reason: 'privileged', detail: `${some('container', names)} must not set securityContext.privileged=true` }
}

/** No look at the host's processes. */
export const procMount: PodCheck = (pod) => {
  const mountOf = ({ securityContext }: AnyContainer) => securityContext?.procMount ?? 'Default'
  const names = namesWhere(pod, (container) => mountOf(container) !== 'Default')
  if (names.length === 0) return undefined
  const mounts = sorted(containersOf(pod).map(mountOf)).filter((mount) => mount !== 'Default')
  return {
    reason: 'procMount',
    detail: `${some('container', names)} must not set securityContext.procMount to ${quoted(mounts)}`,
  }
}

/** The kinds of processes that SELinux may take a container for. */
const SELINUX_TYPES = ['', 'container_t', 'container_init_t', 'container_kvm_t']

const selinux =
  (types: readonly string[]): PodCheck =>
  (pod) => {
    const isBad = (options: SELinuxOptions | undefined): boolean =>
      options !== undefined && (!types.includes(options.type ?? '') || Boolean(options.user) || Boolean(options.role))
    const ofPod = pod.spec.securityContext?.seLinuxOptions
    const containers = containersOf(pod).filter(({ securityContext }) => isBad(securityContext?.seLinuxOptions))
    const who = setters(
      isBad(ofPod),
      containers.map(({ name }) => name),
    )
    if (who.length === 0) return undefined
    const all = [ofPod, ...containers.map(({ securityContext }) => securityContext?.seLinuxOptions)]
    const bad = sorted(all.map((options) => options?.type ?? '').filter((type) => !types.includes(type)))
    const what = [
      ...(bad.length > 0 ? [some('type', bad)] : []),
      ...(all.some((options) => options?.user) ? ['user may not be set'] : []),
      ...(all.some((options) => options?.role) ? ['role may not be set'] : []),
    ]
    return {
      reason: 'seLinuxOptions',
      detail: `${who.join(' and ')} set forbidden securityContext.seLinuxOptions: ${what.join('; ')}`,
    }
  }

/** No type of SELinux's beyond those of containers. */
export const seLinuxOptions: PodCheck = selinux(SELINUX_TYPES)
/** The same; one that builds containers may be one. */
export const seLinuxOptions31: PodCheck = selinux([...SELINUX_TYPES, 'container_engine_t'])

const SECCOMP_OF_POD = 'seccomp.security.alpha.kubernetes.io/pod'
const SECCOMP_OF_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/'

/** System calls are filtered, in the words of before 1.19. */
export const seccompAnnotations: PodCheck = (pod) => {
  const names = [SECCOMP_OF_POD, ...containersOf(pod).map(({ name }) => `${SECCOMP_OF_CONTAINER}${name}`)]
  const bad = names.flatMap((name) => {
    const value = pod.metadata.annotations?.[name]
    const isFine =
      value === undefined || value === 'runtime/default' || value === 'docker/default' || value.startsWith('localhost/')
    return isFine ? [] : [`${name}=${goQuote(value)}`]
  })
  if (bad.length === 0) return undefined
  const different = sorted(bad)
  return { reason: 'seccompProfile', detail: `forbidden ${plural('annotation', different)} ${different.join(', ')}` }
}

/** True for what lets any system call pass. */
const isUnfiltered = (type: string | undefined): boolean =>
  type !== undefined && type !== 'Localhost' && type !== 'RuntimeDefault'

/** Nobody says that system calls are not filtered. */
export const seccompProfile: PodCheck = (pod) => {
  const ofPod = pod.spec.securityContext?.seccompProfile?.type
  const containers = containersOf(pod).filter((one) => isUnfiltered(one.securityContext?.seccompProfile?.type))
  const who = setters(
    isUnfiltered(ofPod),
    containers.map(({ name }) => name),
  )
  if (who.length === 0) return undefined
  const types = [
    ...(isUnfiltered(ofPod) ? [ofPod ?? ''] : []),
    ...containers.map(({ securityContext }) => securityContext?.seccompProfile?.type ?? ''),
  ]
  return {
    reason: 'seccompProfile',
    detail: `${who.join(' and ')} must not set securityContext.seccompProfile.type to ${quoted(sorted(types))}`,
  }
}

const SYSCTLS = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
]
const SYSCTLS_27 = [...SYSCTLS, 'net.ipv4.ip_local_reserved_ports']
const SYSCTLS_29 = [
  ...SYSCTLS_27,
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
]
const SYSCTLS_32 = [...SYSCTLS_29, 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem']

const onlySysctls =
  (allowed: readonly string[]): PodCheck =>
  ({ spec }) => {
    const names = (spec.securityContext?.sysctls ?? []).map(({ name }) => name)
    const bad = names.filter((name) => !allowed.includes(name))
    return bad.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: bad.join(', ') }
  }

/** No setting of the kernel that others feel, by the minor version from which on it is so. */
export const sysctls: Readonly<Record<0 | 27 | 29 | 32, PodCheck>> = {
  0: onlySysctls(SYSCTLS),
  27: onlySysctls(SYSCTLS_27),
  29: onlySysctls(SYSCTLS_29),
  32: onlySysctls(SYSCTLS_32),
}

/** No process of a Windows host. */
export const windowsHostProcess: PodCheck = (pod) => {
  const isOfPod = pod.spec.securityContext?.windowsOptions?.hostProcess === true
  const names = namesWhere(pod, ({ securityContext }) => securityContext?.windowsOptions?.hostProcess === true)
  const who = setters(isOfPod, names)
  if (who.length === 0) return undefined
  return {
    reason: 'hostProcess',
    detail: `${who.join(' and ')} must not set securityContext.windowsOptions.hostProcess=true`,
  }
}
