/** How much one pod, container or claim of a namespace may ask for. */
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import type { LimitRange, LimitRangeItem } from '../../types/core-v1.ts'
import { builtIn } from '../built-in.ts'
import { validateLimitRange } from './limit-range/validate.ts'
import { roundResources } from './resource-list.ts'

/** LimitRange. Source: kubernetes pkg/registry/core/limitrange. */
export const limitRange = builtIn<LimitRange>({
  group: '',
  kind: 'LimitRange',
  plural: 'limitranges',
  shortNames: ['limits'],
  versions: [{ name: 'v1', default: ({ spec }) => spec?.limits?.forEach(defaultLimits) }],
  rules: {
    generation: 'none',
    createOnUpdate: true,
    prepareForCreate: ({ metadata }) => {
      // Of all kinds, this one alone is given a name when it asks for none.
      if (!metadata.name && metadata.uid) metadata.name = metadata.uid
    },
    validate: (range) => [
      ...validateBuiltInFinalizers(range.metadata.finalizers, 'metadata.finalizers'),
      ...validateLimitRange(range),
    ],
  },
})

/** What is said of a container fills in what is not: a limit from the most, a request from the limit or the least. */
function defaultLimits(item: LimitRangeItem): void {
  if (item.type === 'Container') {
    item.default = { ...item.max, ...item.default }
    item.defaultRequest = { ...item.min, ...item.default, ...item.defaultRequest }
  }
  for (const list of [item.max, item.min, item.default, item.defaultRequest, item.maxLimitRequestRatio]) {
    roundResources(list)
  }
}
