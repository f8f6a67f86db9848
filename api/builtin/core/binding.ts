/** Says on which node a pod is to run. Nothing is kept: the server writes it to the pod. */
import { type FieldError, notSupported, required } from '../../field-error.ts'
import type { Binding } from '../../types/core-v1.ts'
import { builtIn } from '../built-in.ts'

/** Binding. Source: kubernetes pkg/registry/core/pod/storage BindingREST. */
export const binding = builtIn<Binding>({
  group: '',
  kind: 'Binding',
  plural: 'bindings',
  verbs: ['create'],
  versions: [{ name: 'v1' }],
  rules: { generation: 'none', validate: validatePodBinding },
})

/** A pod is bound to a node, and to nothing else. Source: kubernetes ValidatePodBinding. */
export function validatePodBinding({ target }: Binding): FieldError[] {
  const { kind = '', name = '' } = target
  return [
    ...(kind === '' || kind === 'Node' ? [] : [notSupported('target.kind', kind, ['Node', '<empty>'])]),
    ...(name === '' ? [required('target.name')] : []),
  ]
}
