/** How much room a class of storage has, where some nodes can reach it. */
import { invalid } from '../../field-error.ts'
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import { checkSubdomain } from '../../names.ts'
import type { KubeObject } from '../../object.ts'
import { compareQuantities, parseQuantity, quantityOf } from '../../quantity.ts'
import { type LabelSelector, validateLabelSelector } from '../../selector/label-selector.ts'
import type { CSIStorageCapacity } from '../../types/storage-v1.ts'
import { builtIn } from '../built-in.ts'
import { warnOfNodeLabels } from '../deprecated-labels.ts'
import { immutable } from '../immutable.ts'

/** CSIStorageCapacity. Source: kubernetes pkg/registry/storage/csistoragecapacity, pkg/apis/storage. */
export const csiStorageCapacity = builtIn<CSIStorageCapacity>({
  group: 'storage.k8s.io',
  kind: 'CSIStorageCapacity',
  plural: 'csistoragecapacities',
  versions: [{ name: 'v1' }],
  rules: {
    generation: 'none',
    unconditionalUpdate: false,
    validate: ({ metadata, nodeTopology, storageClassName = '', capacity }, { old }) => [
      ...validateBuiltInFinalizers(metadata.finalizers, 'metadata.finalizers'),
      ...validateLabelSelector(nodeTopology, 'nodeTopology', { allowInvalidValues: wasInvalid(old) }),
      ...checkSubdomain(storageClassName).map((why) => invalid('storageClassName', storageClassName, why)),
      ...(capacity !== undefined && compareQuantities(parseQuantity(capacity), ZERO) < 0
        ? [invalid('capacity', String(capacity), 'must be greater than or equal to 0')]
        : []),
    ],
    validateUpdate: (room, old) => [
      ...immutable('nodeTopology', room.nodeTopology, old.nodeTopology),
      ...immutable('storageClassName', room.storageClassName, old.storageClassName),
    ],
    warnings: ({ nodeTopology }) => warnOfNodeLabels(nodeTopology, 'nodeTopology'),
  },
})

const ZERO = quantityOf(0)

/** What was let through once stays allowed. */
const wasInvalid = (old: (KubeObject & { nodeTopology?: LabelSelector }) | undefined): boolean =>
  validateLabelSelector(old?.nodeTopology, '').length > 0
