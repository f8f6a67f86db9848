/** The containers of a pod, of all three sorts. Source: kubernetes pkg/apis/core/validation validateContainers and its like. */
import {
  child,
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  index,
  invalid,
  notFound,
  required,
} from '../../../field-error.ts'
import { checkLabel, checkPortName, checkPortNumber } from '../../../names.ts'
import { sameMeaning } from '../../../same-meaning.ts'
import type { Container, ContainerPort, EphemeralContainer, PodSpec, Volume } from '../../../types/core-v1.ts'
import { complaints, oneOf, requiredName } from '../../checks.ts'
import { validateProtocol } from '../port-rules.ts'
import { validateRequirements } from './amounts.ts'
import { isRestartable } from './containers.ts'
import { validateEnv, validateEnvFrom } from './env.ts'
import { validateLifecycle, validateProbes } from './handlers.ts'
import { validateDevices, validateMounts } from './mounts.ts'
import { validateResizePolicy, validateRestart } from './restart.ts'
import { validateSecurityContext } from './security.ts'

/** What the rules of a container need to know of its pod. */
export interface ContainerContext {
  readonly spec: PodSpec
  readonly volumes: ReadonlyMap<string, Volume>
  /** The names of the claims of resources. */
  readonly claims: ReadonlySet<string>
}

/** What is wrong with the containers of the pod itself. */
export function validateContainers(context: ContainerContext, path: FieldPath): FieldError[] {
  const containers = context.spec.containers ?? []
  if (containers.length === 0) return [required(path)]
  const names = new Set<string>()
  return [
    ...containers.flatMap((container, at) => {
      const place = index(path, at)
      return [
        ...validateContainer(container, context, place),
        ...takeName(container.name, names, place),
        ...validateWhileRunning(container, context, place),
        ...validateRestart(container, place),
      ]
    }),
    ...validateHostPorts(containers, path),
  ]
}

const NOT_OF_INIT = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const

/** What is wrong with those that run before: they have no probes, unless they keep running. */
export function validateInitContainers(context: ContainerContext, path: FieldPath): FieldError[] {
  const { containers = [], initContainers = [] } = context.spec
  const names = new Set(containers.map(({ name }) => name))
  return initContainers.flatMap((container, at) => {
    const place = index(path, at)
    const isSidecar = isRestartable(container)
    return [
      ...validateContainer(container, context, place),
      ...validateRestart(container, place),
      ...takeName(container.name, names, place),
      ...validateHostPorts([container], path),
      ...(isSidecar
        ? validateWhileRunning(container, context, place)
        : NOT_OF_INIT.filter((field) => container[field]).map((field) =>
            forbidden(child(place, field), 'may not be set for init containers without restartPolicy=Always'),
          )),
      ...(isSidecar ? [] : refuseRestarts(container, place)),
    ]
  })
}

function refuseRestarts({ resizePolicy = [] }: Container, path: FieldPath): FieldError[] {
  const why = "must not be set to 'RestartContainer' for non-sidecar initContainers"
  return resizePolicy.flatMap(({ restartPolicy }, at) =>
    restartPolicy === 'RestartContainer'
      ? [invalid(child(index(child(path, 'resizePolicy'), at), 'restartPolicy'), restartPolicy, why)]
      : [],
  )
}

/** In the order of Go's type, which is that of the errors. */
const NOT_OF_EPHEMERAL = [
  'ports',
  'resources',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
] as const

/** What is wrong with those that were added to look into the pod. */
export function validateEphemeralContainers(context: ContainerContext, path: FieldPath): FieldError[] {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = context.spec
  const others = new Set([...containers, ...initContainers].map(({ name }) => name))
  const names = new Set(others)
  return ephemeralContainers.flatMap((container, at) => {
    const place = index(path, at)
    const { targetContainerName: target = '', volumeMounts = [] } = container
    const refused = 'cannot be set for an Ephemeral Container'
    return [
      ...validateContainer(container, context, place),
      ...validateImageSpace(container, place),
      ...takeName(container.name, names, place),
      ...(target === '' || others.has(target) ? [] : [notFound(child(place, 'targetContainerName'), target)]),
      ...NOT_OF_EPHEMERAL.filter((field) => !sameMeaning(container[field], undefined)).map((field) =>
        forbidden(child(place, field), refused),
      ),
      ...volumeMounts.flatMap(({ subPath, subPathExpr }, mountAt) => {
        const mount = index(child(place, 'volumeMounts'), mountAt)
        return [
          ...(subPath ? [forbidden(child(mount, 'subPath'), refused)] : []),
          ...(subPathExpr ? [forbidden(child(mount, 'subPathExpr'), refused)] : []),
        ]
      }),
    ]
  })
}

/** An image of a pod, unlike that of a template, has no space around its name. */
export const validateImageSpace = ({ image = '' }: Container | EphemeralContainer, path: FieldPath): FieldError[] =>
  image === image.trim() ? [] : [invalid(child(path, 'image'), image, 'must not have leading or trailing whitespace')]

function takeName(name: string | undefined, names: Set<string>, path: FieldPath): FieldError[] {
  if (!name) return []
  if (names.has(name)) return [duplicate(child(path, 'name'), name)]
  names.add(name)
  return []
}

function validateWhileRunning(container: Container, { spec }: ContainerContext, path: FieldPath): FieldError[] {
  const { terminationGracePeriodSeconds: graceSeconds } = spec
  const { lifecycle } = container
  return [
    ...(lifecycle ? validateLifecycle(lifecycle, graceSeconds, child(path, 'lifecycle')) : []),
    ...validateProbes(container, graceSeconds, path),
  ]
}

/** What all containers have in common. */
function validateContainer(container: Container, context: ContainerContext, path: FieldPath): FieldError[] {
  const { spec, volumes, claims } = context
  const { terminationMessagePolicy: messages, resources = {} } = container
  return [
    ...requiredName(checkLabel, container.name, child(path, 'name')),
    ...(container.image ? [] : [required(child(path, 'image'))]),
    ...oneOf(messages, ['File', 'FallbackToLogsOnError'], child(path, 'terminationMessagePolicy')),
    ...validatePorts(container.ports ?? [], child(path, 'ports')),
    ...validateEnv(container.env ?? [], child(path, 'env')),
    ...validateEnvFrom(container.envFrom ?? [], child(path, 'envFrom')),
    ...validateMounts(container, volumes, child(path, 'volumeMounts')),
    ...validateDevices(container, volumes, child(path, 'volumeDevices')),
    ...oneOf(container.imagePullPolicy, ['Always', 'IfNotPresent', 'Never'], child(path, 'imagePullPolicy')),
    ...validateRequirements(resources, claims, child(path, 'resources')),
    ...validateResizePolicy(container.resizePolicy ?? [], spec.restartPolicy, child(path, 'resizePolicy')),
    ...validateSecurityContext(container.securityContext, spec.hostUsers !== false, child(path, 'securityContext')),
  ]
}

function validatePorts(ports: readonly ContainerPort[], path: FieldPath): FieldError[] {
  const names = new Set<string>()
  return ports.flatMap(({ name = '', containerPort = 0, hostPort = 0, protocol }, at) => {
    const place = index(path, at)
    const wrong = name === '' ? [] : complaints(checkPortName, name, child(place, 'name'))
    const number = (field: string, value: number) =>
      checkPortNumber(value).map((why) => invalid(child(place, field), value, why))
    return [
      ...wrong,
      ...(wrong.length > 0 ? [] : takeName(name, names, place)),
      ...(containerPort === 0 ? [required(child(place, 'containerPort'))] : number('containerPort', containerPort)),
      ...(hostPort === 0 ? [] : number('hostPort', hostPort)),
      ...validateProtocol(protocol, child(place, 'protocol')),
    ]
  })
}

/** A port of the node is that of one container. */
function validateHostPorts(containers: readonly Container[], path: FieldPath): FieldError[] {
  const taken = new Set<string>()
  return containers.flatMap(({ ports = [] }, at) =>
    ports.flatMap(({ protocol = '', hostIP = '', hostPort = 0 }, portAt) => {
      if (hostPort === 0) return []
      const said = `${protocol}/${hostIP}/${hostPort}`
      const isTaken = taken.has(said)
      taken.add(said)
      return isTaken ? [duplicate(child(index(child(index(path, at), 'ports'), portAt), 'hostPort'), said)] : []
    }),
  )
}
