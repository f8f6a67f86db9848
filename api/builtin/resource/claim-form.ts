/**
 * A claim's spec as messages print it: Kubernetes' own form of it, which has other names than its JSON, and says what is
 * not there. Source: kubernetes pkg/apis/resource types.go.
 */
import type { JsonObject } from '../../object.ts'
import type { ResourceClaimSpec } from '../../types/resource-v1.ts'

/** How one field is printed: what stands for it when it is absent, and the fields of what it holds. */
interface Shown {
  readonly name: string
  /** Go's zero: null for lists and pointers. */
  readonly absent?: string | number
  readonly inside?: Fields
}

type Fields = Readonly<Record<string, Shown>>

/** The spec in that form. */
export const sayClaimSpec = ({ devices }: ResourceClaimSpec): object => ({ Devices: show(devices ?? {}, CLAIM) })

const SELECTORS: Shown = {
  name: 'Selectors',
  inside: { cel: { name: 'CEL', inside: { expression: { name: 'Expression' } } } },
}
const TOLERATIONS: Shown = {
  name: 'Tolerations',
  inside: {
    key: { name: 'Key', absent: '' },
    operator: { name: 'Operator', absent: '' },
    value: { name: 'Value', absent: '' },
    effect: { name: 'Effect', absent: '' },
    tolerationSeconds: { name: 'TolerationSeconds' },
  },
}
const CAPACITY: Shown = { name: 'Capacity', inside: { requests: { name: 'Requests' } } }
const CLASS: Shown = { name: 'DeviceClassName', absent: '' }
const MODE: Shown = { name: 'AllocationMode', absent: '' }
const COUNT: Shown = { name: 'Count', absent: 0 }
const REQUESTS: Shown = { name: 'Requests' }

const CLAIM: Fields = {
  requests: {
    name: 'Requests',
    inside: {
      name: { name: 'Name', absent: '' },
      exactly: {
        name: 'Exactly',
        inside: {
          deviceClassName: CLASS,
          selectors: SELECTORS,
          allocationMode: MODE,
          count: COUNT,
          adminAccess: { name: 'AdminAccess' },
          tolerations: TOLERATIONS,
          capacity: CAPACITY,
        },
      },
      firstAvailable: {
        name: 'FirstAvailable',
        inside: {
          name: { name: 'Name', absent: '' },
          deviceClassName: CLASS,
          selectors: SELECTORS,
          allocationMode: MODE,
          count: COUNT,
          tolerations: TOLERATIONS,
          capacity: CAPACITY,
        },
      },
    },
  },
  constraints: {
    name: 'Constraints',
    inside: {
      requests: REQUESTS,
      matchAttribute: { name: 'MatchAttribute' },
      distinctAttribute: { name: 'DistinctAttribute' },
    },
  },
  config: {
    name: 'Config',
    inside: {
      requests: REQUESTS,
      opaque: {
        name: 'Opaque',
        inside: { driver: { name: 'Driver', absent: '' }, parameters: { name: 'Parameters' } },
      },
    },
  },
}

function show(object: object, fields: Fields): JsonObject {
  const values = new Map<string, unknown>(Object.entries(object))
  return Object.fromEntries(
    Object.entries(fields).map(([field, shown]) => [shown.name, showField(values.get(field), shown)]),
  ) as JsonObject
}

function showField(value: unknown, { absent, inside }: Shown): unknown {
  if (value === undefined || value === null) return absent ?? null
  if (!inside || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((item) => show(item, inside))
  return show(value, inside)
}
