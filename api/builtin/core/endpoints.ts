/** Where the pods of a service answer, as it was said before EndpointSlice. */
import { NAME_COLUMN } from '../../columns.ts'
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import { sameMeaning } from '../../same-meaning.ts'
import type { Endpoints } from '../../types/core-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { validateSubsets, warnOfEndpoints } from './endpoints/validate.ts'

/** Endpoints. Source: kubernetes pkg/registry/core/endpoint. */
export const endpoints = builtIn<Endpoints>({
  group: '',
  kind: 'Endpoints',
  plural: 'endpoints',
  shortNames: ['ep'],
  versions: [
    {
      name: 'v1',
      deprecated: { warning: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice' },
      default: defaultEndpoints,
      columns: [
        NAME_COLUMN,
        column(
          'Endpoints',
          'The set of all endpoints is the union of all subsets. Addresses are placed into subsets according to the IPs they share. A single address with multiple ports, some of which are ready and some of which are not (because they come from different containers) will result in the address being displayed in different subsets for the different ports. No address will appear in both Addresses and NotReadyAddresses in the same subset. Sets of addresses and ports that comprise a service.',
          sayEndpoints,
        ),
        AGE_COLUMN,
      ],
    },
  ],
  rules: {
    generation: 'none',
    createOnUpdate: true,
    validate: (object, { old, isLoopback }) => [
      ...validateBuiltInFinalizers(object.metadata.finalizers, 'metadata.finalizers'),
      ...(old ? [] : validateSubsets(object, isLoopback)),
    ],
    // What was once let pass is let pass as long as it stays.
    validateUpdate: (object, old, { isLoopback }) =>
      sameMeaning(object.subsets, old.subsets) ? [] : validateSubsets(object, isLoopback),
    warnings: warnOfEndpoints,
  },
})

function defaultEndpoints({ subsets = [] }: Endpoints): void {
  for (const { ports = [] } of subsets) for (const port of ports) port.protocol ||= 'TCP'
}

const SHOWN_MAX = 3

/** Each address with each port; the first three, and how many more. */
function sayEndpoints({ subsets = [] }: Endpoints): string {
  if (subsets.length === 0) return '<none>'
  const all = subsets.flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0
      ? addresses.map(({ ip }) => ip)
      : ports.flatMap(({ port }) => addresses.map(({ ip }) => `${ip.includes(':') ? `[${ip}]` : ip}:${port}`)),
  )
  const shown = all.slice(0, SHOWN_MAX).join(',')
  return all.length > SHOWN_MAX ? `${shown} + ${all.length - SHOWN_MAX} more...` : shown
}
