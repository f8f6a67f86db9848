/** The Go types behind a schema, as Go's errors name them. */
import { hasMessage, messageOf } from '../../protobuf/messages.ts'
import { typeNameOf } from '../../tables/schemas.ts'
import { entryOf, itemOf, type SchemaNode } from '../node.ts'

/** `int32`, `[]v1.Container`, `map[string]string`. Words with a type of their own (`v1.Protocol`) are told as `string`. */
export function goTypeOf(node: SchemaNode): string {
  const { schema, typeName } = node
  if (typeName !== undefined) return typeName.split('.').slice(-2).join('.')
  switch (schema.type) {
    case 'array': {
      const item = itemOf(node)
      return `[]${item ? goTypeOf(item) : 'interface {}'}`
    }
    case 'object': {
      const entry = entryOf(node)
      return entry ? `map[string]${goTypeOf(entry)}` : `v1.${structNameOf(node)}`
    }
    case 'string':
      return schema.format === 'byte' ? '[]uint8' : 'string'
    case 'integer':
      return schema.format === 'int64' ? 'int64' : 'int32'
    case 'number':
      return 'float64'
    case 'boolean':
      return 'bool'
    case undefined:
      return 'interface {}'
    default:
      return schema.type satisfies never
  }
}

/** `DeploymentSpec`: the name of a struct. */
export function structNameOf(node: SchemaNode): string {
  const typeName = typeNameOfNode(node)
  return typeName === undefined ? '' : shortNameOf(typeName)
}

/** The full name of a type, which at the root is that of its kind; undefined for what is no type of Kubernetes. */
export function typeNameOfNode({ schema, typeName }: SchemaNode): string | undefined {
  if (typeName !== undefined) return typeName
  const [kind] = schema['x-kubernetes-group-version-kind'] ?? []
  if (typeof kind !== 'object' || kind === null || Array.isArray(kind)) return undefined
  return typeNameOf(String(kind.group ?? ''), String(kind.version ?? ''), String(kind.kind ?? ''))
}

/** The name of a field with the embedded structs before it: `VolumeSource`, `emptyDir`. */
export function wayTo(holder: SchemaNode | undefined, name: string): readonly string[] {
  const typeName = holder?.typeName
  return (typeName !== undefined && hasMessage(typeName) && wayWithin(typeName, name)) || [name]
}

function wayWithin(typeName: string, name: string): readonly string[] | undefined {
  const { fields } = messageOf(typeName)
  if (fields.some(({ json }) => json === name)) return [name]
  for (const { json, type } of fields) {
    if (json !== '' || type.is !== 'message') continue
    const embedded = type.message()
    // An embedded struct is no type of its own in the published schemas, so it is found among the messages.
    if (embedded.fields.some((field) => field.json === name)) return [embedded.name, name]
  }
  return undefined
}

const shortNameOf = (typeName: string): string => typeName.slice(typeName.lastIndexOf('.') + 1)
