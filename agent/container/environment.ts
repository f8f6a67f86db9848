/**
 * The variables of a container, in the order in which they win: services, `envFrom`, `env`. Pure.
 * Source: core/v1 EnvVar; kubelet makeEnvironmentVariables, whose messages these are.
 */
import type { Container, EnvVar, EnvVarSource, Pod, Service } from '@muster/api/types/core-v1.ts'
import { ControlError } from '@muster/base/errors.ts'
import { fieldValue, resourceValue, type Surroundings } from './downward.ts'
import { expand } from './expand.ts'
import { configMapEntries, type ReferenceNames, type References, secretEntries } from './references.ts'
import { serviceVariables } from './service-links.ts'

/** What variables are made from. */
export interface EnvironmentSources extends Surroundings {
  readonly references: References
  readonly services: Iterable<Service>
}

/** What a container's variables refer to. */
export function referencesOfEnvironment({ env = [], envFrom = [] }: Container): ReferenceNames {
  const configMaps = new Set<string>()
  const secrets = new Set<string>()
  for (const { configMapRef, secretRef } of envFrom) {
    if (configMapRef) configMaps.add(configMapRef.name ?? '')
    if (secretRef) secrets.add(secretRef.name ?? '')
  }
  for (const { valueFrom } of env) {
    if (valueFrom?.configMapKeyRef) configMaps.add(valueFrom.configMapKeyRef.name ?? '')
    if (valueFrom?.secretKeyRef) secrets.add(valueFrom.secretKeyRef.name ?? '')
  }
  return { configMaps, secrets }
}

/** All variables. Throws NotFound or Invalid when one refers to what is not there. */
export function environmentOf(pod: Pod, container: Container, sources: EnvironmentSources): Record<string, string> {
  const { references } = sources
  const links = serviceVariables(sources.services, pod.metadata.namespace ?? '', pod.spec?.enableServiceLinks ?? true)
  const own: Record<string, string> = {}
  for (const { prefix = '', configMapRef, secretRef } of container.envFrom ?? []) {
    const entries = configMapRef
      ? configMapEntries(references, configMapRef.name ?? '', configMapRef.optional)?.text
      : secretRef && texts(secretEntries(references, secretRef.name ?? '', secretRef.optional)?.bytes)
    for (const [key, value] of Object.entries(entries ?? {})) own[prefix + key] = value
  }
  for (const variable of container.env ?? []) {
    const value = variableValue(variable, (name) => own[name] ?? links[name], pod, container, sources)
    if (value !== undefined) own[variable.name] = value
  }
  return { ...links, ...own }
}

/** Undefined for an optional one that is not there: then there is no such variable. */
function variableValue(
  { value, valueFrom }: EnvVar,
  known: (name: string) => string | undefined,
  pod: Pod,
  container: Container,
  sources: EnvironmentSources,
): string | undefined {
  if (value) return expand(value, known)
  return valueFrom ? sourced(valueFrom, pod, container, sources) : ''
}

function sourced(from: EnvVarSource, pod: Pod, container: Container, sources: EnvironmentSources): string | undefined {
  const { namespace = '' } = pod.metadata
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = from
  if (fieldRef) return fieldValue(pod, fieldRef, sources)
  if (resourceFieldRef)
    return resourceValue(resourceFieldRef, containerOf(pod, resourceFieldRef.containerName, container), sources)
  if (configMapKeyRef) {
    const { name = '', key, optional } = configMapKeyRef
    const found = configMapEntries(sources.references, name, optional)?.text[key]
    if (found !== undefined || optional) return found
    throw new ControlError('NotFound', `couldn't find key ${key} in ConfigMap ${namespace}/${name}`)
  }
  if (secretKeyRef) {
    const { name = '', key, optional } = secretKeyRef
    const found = secretEntries(sources.references, name, optional)?.bytes[key]
    if (found) return decoder.decode(found)
    if (optional) return undefined
    throw new ControlError('NotFound', `couldn't find key ${key} in Secret ${namespace}/${name}`)
  }
  if (fileKeyRef) throw new ControlError('Invalid', 'variables from files (fileKeyRef) are not supported on this node')
  return ''
}

/** The container of that name; the one that asks when none is named. */
export function containerOf({ spec }: Pod, name: string | undefined, asking: Container): Container {
  if (!name) return asking
  const found = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].find((one) => one.name === name)
  if (!found) throw new ControlError('NotFound', `container ${name} not found`)
  return found
}

const decoder = new TextDecoder()
const texts = (bytes: Readonly<Record<string, Uint8Array>> = {}) =>
  Object.fromEntries(Object.entries(bytes).map(([key, value]) => [key, decoder.decode(value)]))
