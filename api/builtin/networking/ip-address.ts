/** An address that belongs to a service, so that it belongs to no other. */
import { NAME_COLUMN } from '../../columns.ts'
import { child, type FieldError, invalid, required } from '../../field-error.ts'
import { validateIP } from '../../ip-address.ts'
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import { checkPathSegment, checkSubdomain } from '../../names.ts'
import type { IPAddress } from '../../types/networking-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { immutable } from '../immutable.ts'

/** IPAddress. Source: kubernetes pkg/registry/networking/ipaddress. */
export const ipAddress = builtIn<IPAddress>({
  group: 'networking.k8s.io',
  kind: 'IPAddress',
  plural: 'ipaddresses',
  shortNames: ['ip'],
  scope: 'Cluster',
  versions: [
    {
      name: 'v1',
      columns: [
        NAME_COLUMN,
        column(
          'ParentRef',
          'ParentRef references the resource that an IPAddress is attached to. An IPAddress must reference a parent object.',
          ({ spec }) => {
            const { group, resource = '', namespace, name = '' } = spec?.parentRef ?? {}
            const what = (group ? `${resource}.${group}` : resource).toLowerCase()
            return spec?.parentRef ? [what, namespace, name].filter((part) => part !== undefined).join('/') : '<none>'
          },
        ),
        // Kubernetes forgot to say what this cell is, and sends it all the same.
        { ...AGE_COLUMN, isUnnamed: true },
      ],
    },
  ],
  rules: {
    generation: 'none',
    name: checkName,
    validate: (address) => [
      ...validateBuiltInFinalizers(address.metadata.finalizers, 'metadata.finalizers'),
      ...validateParent(address),
    ],
    validateUpdate: ({ spec }, { spec: old }) =>
      immutable('spec.parentRef', spec?.parentRef, old?.parentRef, sayParent(spec?.parentRef)),
  },
})

/** As Go prints it. */
const sayParent = (parent: IPAddress['spec']['parentRef'] | undefined): object | null =>
  parent
    ? { Group: parent.group ?? '', Resource: parent.resource, Namespace: parent.namespace ?? '', Name: parent.name }
    : null

/** An address is called what it is, written as it should be. */
const WRONG_NAME = /^Invalid value: ".*?": /s

function checkName(name: string): string[] {
  return validateIP('', name).map(({ message }) => message.replace(WRONG_NAME, ''))
}

function validateParent({ spec }: IPAddress): FieldError[] {
  const path = 'spec.parentRef'
  if (!spec?.parentRef) return [required(path)]
  const { group, resource, namespace, name } = spec.parentRef
  const segment = (field: string, value: string) =>
    checkPathSegment(value).map((why) => invalid(child(path, field), value, why))
  return [
    ...(group ? checkSubdomain(group).map((why) => invalid(child(path, 'group'), group, why)) : []),
    ...(resource ? segment('resource', resource) : [required(child(path, 'resource'))]),
    ...(name ? segment('name', name) : [required(child(path, 'name'))]),
    ...(namespace ? segment('namespace', namespace) : []),
  ]
}
