/**
 * What a pod is when it does not say. A template of pods has fewer defaults than a pod, so that what is defaulted later
 * changes no template. Source: kubernetes pkg/apis/core/v1 defaults.go, conversion.go.
 */
import type {
  Container,
  EnvVar,
  HTTPGetAction,
  LifecycleHandler,
  PodSpec,
  PodTemplateSpec,
  Probe,
  ResourceRequirements,
  Volume,
  VolumeProjection,
} from '../../../types/core-v1.ts'
import { roundResources } from '../resource-list.ts'
import { allContainers } from './containers.ts'
import { pullPolicyOf } from './image.ts'

/** The grace of a pod that does not say, in seconds. Source: kubernetes DefaultTerminationGracePeriodSeconds. */
const GRACE_SECONDS = 30
/** Source: kubernetes SecretVolumeSourceDefaultMode and its like. */
const FILE_MODE = 0o644
const TOKEN_SECONDS = 60 * 60

/** Fills in what is not said of a template's pods. */
export function defaultPodTemplate(template: PodTemplateSpec | undefined): void {
  if (!template) return
  template.spec ??= { containers: [] }
  defaultPodSpec(template.spec)
}

/** Fills in what is not said, in a pod and in a template alike. */
export function defaultPodSpec(spec: PodSpec): void {
  // Go's JSON says null where there are none.
  spec.containers ??= []
  spec.dnsPolicy ||= 'ClusterFirst'
  spec.restartPolicy ||= 'Always'
  spec.securityContext ??= {}
  spec.terminationGracePeriodSeconds ??= GRACE_SECONDS
  spec.schedulerName ||= 'default-scheduler'
  alignServiceAccount(spec)
  defaultHostPorts(spec)
  roundResources(spec.overhead)
  roundRequirements(spec.resources)
  for (const volume of spec.volumes ?? []) defaultVolume(volume)
  for (const container of allContainers(spec)) defaultContainer(container)
}

/** The old name of serviceAccountName always says the same. */
export function alignServiceAccount(spec: PodSpec): void {
  const name = spec.serviceAccountName || spec.serviceAccount
  if (!name) return
  spec.serviceAccountName = name
  spec.serviceAccount = name
}

/** On the network of its node, a port of a container is a port of the node. */
function defaultHostPorts({ hostNetwork, containers = [], initContainers = [] }: PodSpec): void {
  if (!hostNetwork) return
  for (const port of [...containers, ...initContainers].flatMap(({ ports = [] }) => ports)) {
    port.hostPort ||= port.containerPort
  }
}

function defaultContainer(container: Container): void {
  container.imagePullPolicy ||= pullPolicyOf(container.image ?? '')
  container.terminationMessagePath ||= '/dev/termination-log'
  container.terminationMessagePolicy ||= 'File'
  roundRequirements(container.resources)
  for (const port of container.ports ?? []) port.protocol ||= 'TCP'
  for (const variable of container.env ?? []) defaultEnv(variable)
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) defaultProbe(probe)
  defaultHandler(container.lifecycle?.postStart)
  defaultHandler(container.lifecycle?.preStop)
}

function defaultEnv({ valueFrom }: EnvVar): void {
  if (valueFrom?.fieldRef) valueFrom.fieldRef.apiVersion ||= 'v1'
}

function defaultProbe(probe: Probe | undefined): void {
  if (!probe) return
  probe.timeoutSeconds ||= 1
  probe.periodSeconds ||= 10
  probe.successThreshold ||= 1
  probe.failureThreshold ||= 3
  defaultHttpGet(probe.httpGet)
  if (probe.grpc) probe.grpc.service ??= ''
}

function defaultHandler(handler: LifecycleHandler | undefined): void {
  defaultHttpGet(handler?.httpGet)
}

function defaultHttpGet(action: HTTPGetAction | undefined): void {
  if (!action) return
  action.path ||= '/'
  action.scheme ||= 'HTTP'
}

function roundRequirements(resources: ResourceRequirements | undefined): void {
  roundResources(resources?.limits)
  roundResources(resources?.requests)
}

function defaultVolume(volume: Volume): void {
  const { name: _name, ...sources } = volume
  if (Object.values(sources).every((source) => source === undefined)) volume.emptyDir = {}
  const { secret, configMap, downwardAPI, projected, hostPath, ephemeral, image } = volume
  for (const source of [secret, configMap, downwardAPI, projected]) if (source) source.defaultMode ??= FILE_MODE
  for (const { fieldRef } of downwardAPI?.items ?? []) if (fieldRef) fieldRef.apiVersion ||= 'v1'
  for (const source of projected?.sources ?? []) defaultProjection(source)
  if (hostPath) hostPath.type ??= ''
  if (image) image.pullPolicy ||= pullPolicyOf(image.reference ?? '')
  if (!ephemeral?.volumeClaimTemplate) return
  const { spec } = ephemeral.volumeClaimTemplate
  spec.volumeMode ??= 'Filesystem'
  roundResources(spec.resources?.limits)
  roundResources(spec.resources?.requests)
}

function defaultProjection({ serviceAccountToken, downwardAPI }: VolumeProjection): void {
  if (serviceAccountToken) serviceAccountToken.expirationSeconds ??= TOKEN_SECONDS
  for (const { fieldRef } of downwardAPI?.items ?? []) if (fieldRef) fieldRef.apiVersion ||= 'v1'
}
