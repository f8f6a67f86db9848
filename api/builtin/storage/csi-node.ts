/** Which drivers of volumes a node has. */
import { NAME_COLUMN } from '../../columns.ts'
import { child, duplicate, type FieldError, type FieldPath, index, invalid, required } from '../../field-error.ts'
import { byteLength } from '../../go-text.ts'
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import { checkLabelKey } from '../../names.ts'
import type { CSINode, CSINodeDriver } from '../../types/storage-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { immutable } from '../immutable.ts'
import { validateDriverName } from './driver-name.ts'

/** CSINode. Source: kubernetes pkg/registry/storage/csinode, pkg/apis/storage. */
export const csiNode = builtIn<CSINode>({
  group: 'storage.k8s.io',
  kind: 'CSINode',
  plural: 'csinodes',
  scope: 'Cluster',
  versions: [
    {
      name: 'v1',
      columns: [
        NAME_COLUMN,
        column(
          'Drivers',
          'Drivers indicates the number of CSI drivers registered on the node',
          ({ spec }) => (spec.drivers ?? []).length,
          { type: 'integer' },
        ),
        AGE_COLUMN,
      ],
    },
  ],
  rules: {
    generation: 'none',
    unconditionalUpdate: false,
    returnsDeleted: true,
    validate: ({ metadata, spec }) => [
      ...validateBuiltInFinalizers(metadata.finalizers, 'metadata.finalizers'),
      ...(spec.drivers ?? []).flatMap(validateDriver),
    ],
    validateUpdate: ({ spec }, { spec: old }) =>
      (old.drivers ?? []).flatMap((before) =>
        (spec.drivers ?? [])
          .filter(({ name }) => name === before.name)
          .flatMap((driver) => immutable('spec.drivers', withoutRoom(driver), withoutRoom(before), sayDriver(driver))),
      ),
  },
})

/** How many volumes fit may change; nothing else of a driver may. */
const withoutRoom = ({ allocatable: _, ...driver }: CSINodeDriver): object => driver

/** As messages print it: Kubernetes' own form of it, which has other names than its JSON. */
const sayDriver = ({ name, nodeID, topologyKeys }: CSINodeDriver): object => ({
  Name: name,
  NodeID: nodeID,
  TopologyKeys: topologyKeys ?? null,
  Allocatable: null,
})

/** Source: kubernetes pkg/apis/storage/validation csiNodeIDMaxLength. */
const NODE_ID_BYTES_MAX = 256

function validateDriver(driver: CSINodeDriver, at: number, all: readonly CSINodeDriver[]): FieldError[] {
  const { name, nodeID, allocatable } = driver
  const path = index('spec.drivers', at)
  const errors = validateDriverName(name, child(path, 'name'))
  if (!nodeID) errors.push(required(child(path, 'nodeID')))
  else if (byteLength(nodeID) > NODE_ID_BYTES_MAX) {
    errors.push(invalid(child(path, 'nodeID'), nodeID, `must be ${NODE_ID_BYTES_MAX} characters or less`))
  }
  const { count = 0 } = allocatable ?? {}
  if (count < 0) errors.push(invalid(child(path, 'allocatable', 'count'), count, 'must be greater than or equal to 0'))
  if (all.findIndex((other) => other.name === name) < at) errors.push(duplicate(child(path, 'name'), name))
  return [...errors, ...validateTopologyKeys(driver.topologyKeys ?? [], path)]
}

const validateTopologyKeys = (keys: readonly string[], path: FieldPath): FieldError[] =>
  keys.flatMap((key, at) => [
    ...(key === '' ? [required(path)] : []),
    ...(keys.indexOf(key) < at ? [duplicate(path, key)] : []),
    ...checkLabelKey(key).map((why) => invalid(path, key, why)),
  ])
