/** What a pod may learn of itself: its fields, and what its containers may use. Source: kubernetes pkg/apis/core/validation. */
import { child, type FieldError, type FieldPath, invalid, notSupported, required } from '../../../field-error.ts'
import { checkLabelKey } from '../../../names.ts'
import { canonicalQuantity, parseQuantity } from '../../../quantity.ts'
import type { ObjectFieldSelector, ResourceFieldSelector } from '../../../types/core-v1.ts'
import { complaints } from '../../checks.ts'

/** Fields that an environment variable may take. */
export const ENV_FIELDS: readonly string[] = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]

/** Fields that a file may take. */
export const FILE_FIELDS: readonly string[] = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
]

const KNOWN = new Set([
  ...ENV_FIELDS,
  ...FILE_FIELDS,
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
  'spec.host',
])

/** What is wrong with the choice of a field. */
export function validateFieldRef(
  { apiVersion = '', fieldPath = '' }: ObjectFieldSelector,
  allowed: readonly string[],
  path: FieldPath,
): FieldError[] {
  if (apiVersion === '') return [required(child(path, 'apiVersion'))]
  if (fieldPath === '') return [required(child(path, 'fieldPath'))]
  const { name, subscript } = splitSubscript(fieldPath)
  const refuse = (why: string) => [invalid(child(path, 'fieldPath'), fieldPath, `error converting fieldPath: ${why}`)]
  if (apiVersion !== 'v1') return refuse(`unsupported pod version: ${apiVersion}`)
  if (subscript !== undefined) {
    if (name === 'metadata.annotations') return complaints(checkLabelKey, subscript.toLowerCase(), path)
    if (name === 'metadata.labels') return complaints(checkLabelKey, subscript, path)
    return refuse(`field label does not support subscript: ${fieldPath}`)
  }
  if (!KNOWN.has(name)) return refuse(`field label not supported: ${fieldPath}`)
  const meant = name === 'spec.host' ? 'spec.nodeName' : name
  return allowed.includes(meant) ? [] : [notSupported(child(path, 'fieldPath'), meant, allowed)]
}

/** `metadata.labels['app']` is a name and a subscript. */
function splitSubscript(fieldPath: string): { readonly name: string; readonly subscript?: string } {
  const { name, subscript } = /^(?<name>.*?)\['(?<subscript>.*)'\]$/s.exec(fieldPath)?.groups ?? {}
  return name && subscript !== undefined ? { name, subscript } : { name: fieldPath }
}

const RESOURCES: readonly string[] = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
]
const BYTE_UNITS = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei']

/** What is wrong with the choice of an amount; a file must also say of which container. */
export function validateResourceRef(
  { containerName = '', resource = '', divisor = 0 }: ResourceFieldSelector,
  path: FieldPath,
  needsContainer = false,
): FieldError[] {
  const isHugePages = /^(requests|limits)\.hugepages-/.test(resource)
  const errors: FieldError[] = []
  if (needsContainer && containerName === '') errors.push(required(child(path, 'containerName')))
  else if (resource === '') errors.push(required(child(path, 'resource')))
  else if (!RESOURCES.includes(resource) && !isHugePages) {
    errors.push(notSupported(child(path, 'resource'), resource, RESOURCES))
  }
  return [...errors, ...validateDivisor(resource, divisor, child(path, 'divisor'))]
}

function validateDivisor(resource: string, divisor: string | number, path: FieldPath): FieldError[] {
  if (parseQuantity(divisor).mantissa === 0n) return []
  const [, kind = ''] = /^(?:requests|limits)\.(cpu|memory|ephemeral-storage|hugepages-)/.exec(resource) ?? []
  const said = SAID[kind]
  if (!said) return []
  const units = kind === 'cpu' ? ['1m', '1'] : BYTE_UNITS
  if (units.includes(canonicalQuantity(divisor))) return []
  const list = kind === 'cpu' ? '1m and 1' : BYTE_UNITS.join(', ')
  return [invalid(path, resource, `only divisor's values ${list} are supported with the ${said} resource`)]
}

const SAID: Readonly<Record<string, string>> = {
  cpu: 'cpu',
  memory: 'memory',
  'ephemeral-storage': 'local ephemeral storage',
  'hugepages-': 'hugepages',
}
