/** How the containers of a pod are run, and what that costs. */
import { NAME_COLUMN } from '../../columns.ts'
import { invalid, required } from '../../field-error.ts'
import { validateLabels } from '../../metadata/labels.ts'
import { checkLabel } from '../../names.ts'
import type { RuntimeClass } from '../../types/node-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { sayDeprecatedLabel } from '../deprecated-labels.ts'
import { immutable } from '../immutable.ts'
import { validateOverhead } from './overhead.ts'
import { validateTolerations } from './tolerations.ts'

/** RuntimeClass. Source: kubernetes pkg/registry/node/runtimeclass, pkg/apis/node. */
export const runtimeClass = builtIn<RuntimeClass>({
  group: 'node.k8s.io',
  kind: 'RuntimeClass',
  plural: 'runtimeclasses',
  scope: 'Cluster',
  versions: [{ name: 'v1', columns: [NAME_COLUMN, column('Handler', '', ({ handler }) => handler), AGE_COLUMN] }],
  rules: {
    generation: 'none',
    createOnUpdate: true,
    unconditionalUpdate: false,
    validate: ({ handler, overhead, scheduling }) => [
      ...(handler ? checkLabel(handler).map((why) => invalid('handler', handler, why)) : [required('handler')]),
      ...(overhead ? validateOverhead(overhead.podFixed ?? {}, 'overhead.limits') : []),
      ...validateLabels(scheduling?.nodeSelector, 'scheduling.nodeSelector'),
      ...validateTolerations(scheduling?.tolerations ?? [], 'scheduling.tolerations'),
    ],
    validateUpdate: ({ handler }, old) => immutable('handler', handler, old.handler),
    warnings: ({ scheduling }) =>
      Object.keys(scheduling?.nodeSelector ?? {}).flatMap((label) => {
        const why = sayDeprecatedLabel(label)
        return why ? [`scheduling.nodeSelector: ${why}`] : []
      }),
  },
})
