/** Containers that run together on one node. */
import type { Pod } from '../../types/core-v1.ts'
import { builtIn } from '../built-in.ts'
import { podColumns, podRowConditions } from './pod/columns.ts'
import { defaultPod } from './pod/defaults.ts'
import { fieldOfPod, POD_FIELDS } from './pod/fields.ts'
import { graceOfPod } from './pod/grace.ts'
import { preparePodForCreate, preparePodForUpdate } from './pod/prepare.ts'
import { podSubresources } from './pod/subresources.ts'
import { validatePod, validatePodUpdate } from './pod/validate.ts'
import { warnOfName, warnOfSpec } from './pod-spec/warnings.ts'

/** Pod. Source: kubernetes pkg/registry/core/pod. */
export const pod = builtIn<Pod>({
  group: '',
  kind: 'Pod',
  plural: 'pods',
  shortNames: ['po'],
  categories: ['all'],
  versions: [
    {
      name: 'v1',
      default: defaultPod,
      columns: podColumns,
      rowConditions: podRowConditions,
      subresources: podSubresources,
    },
  ],
  rules: {
    generation: 'spec',
    returnsDeleted: true,
    selectableFields: POD_FIELDS,
    fieldOf: fieldOfPod,
    deletionGrace: graceOfPod,
    prepareForCreate: preparePodForCreate,
    prepareForUpdate: preparePodForUpdate,
    validate: validatePod,
    validateUpdate: validatePodUpdate,
    // Pods are written often, and seldom by people: only who creates one is told.
    warnings({ metadata, spec }, old) {
      if (old || !spec) return []
      const name = "this is used in the Pod's hostname, which can result in surprising behavior"
      return [...warnOfName(metadata.name, name), ...warnOfSpec(spec, metadata, '')]
    },
  },
})
