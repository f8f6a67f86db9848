/** Writes TypeScript interfaces from the tables: one file per package, in the form that the house's formatter keeps. */
import { packageOf, shortName } from './packages.ts'
import type { Description, JsonObject } from './published.ts'

/** A file of api/types. */
export interface TypesFile {
  /** `core-v1.ts`. */
  readonly name: string
  readonly text: string
}

/** What every kind extends; the tables have no such type. */
const KUBE_OBJECT = 'KubeObject'

/** The files for all types of the tables, in byte order of their names. Follows from its arguments alone. */
export function renderTypes(
  schemas: Readonly<Record<string, JsonObject>>,
  descriptions: Readonly<Record<string, Description>>,
  version: string,
): readonly TypesFile[] {
  const files = new Map<string, string[]>()
  for (const name of Object.keys(schemas)) {
    const file = packageOf(name)?.file ?? ''
    files.set(file, [...(files.get(file) ?? []), name])
  }
  return [...files].map(([file, names]) => {
    const imports = new Map<string, Set<string>>()
    const nameIn = (type: string) => importing(type, file, imports)
    const declarations = names
      .filter((name) => !(name in HAND_WRITTEN))
      .map((name) => `/** ${sentence(name, descriptions)} */\n${declare(name, schemas[name] ?? {}, nameIn)}`)
    const header =
      `/** The types of ${file}, written by tools/oracle/tables from the tables of Kubernetes ${version}.` +
      ` Do not edit. */\n`
    return { name: `${file}.ts`, text: `${header}${renderImports(imports)}\n${declarations.join('\n\n')}\n` }
  })
}

/** Types that api/object.ts has in its own words. */
const HAND_WRITTEN: Readonly<Record<string, string>> = {
  [KUBE_OBJECT]: 'KubeObject',
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': 'JsonObject',
  'io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry': 'ManagedFieldsEntry',
  'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta': 'ObjectMeta',
  'io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference': 'OwnerReference',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON': 'Json',
  'io.k8s.apimachinery.pkg.runtime.RawExtension': 'JsonObject',
}

/** Types whose schema does not say what they are. */
const ALIASES: Readonly<Record<string, string>> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'string | number',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'string | number',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray':
    'JSONSchemaProps | JSONSchemaProps[]',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool': 'JSONSchemaProps | boolean',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray': 'JSONSchemaProps | string[]',
}

const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'

type Naming = (type: string) => string

/** The name of a type in a file; notes where it comes from when it comes from elsewhere. */
function importing(type: string, file: string, imports: Map<string, Set<string>>): string {
  const byHand = HAND_WRITTEN[type]
  const home = byHand ? '../object.ts' : `./${packageOf(type)?.file}.ts`
  const name = byHand ?? shortName(type)
  if (home !== `./${file}.ts`) imports.set(home, (imports.get(home) ?? new Set()).add(name))
  return name
}

function renderImports(imports: ReadonlyMap<string, ReadonlySet<string>>): string {
  return [...imports]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([home, names]) => {
      const sorted = [...names].sort()
      const line = `import type { ${sorted.join(', ')} } from '${home}'`
      return line.length <= 120 ? `${line}\n` : `import type {\n  ${sorted.join(',\n  ')},\n} from '${home}'\n`
    })
    .join('')
}

function declare(name: string, schema: JsonObject, nameIn: Naming): string {
  const short = shortName(name)
  const alias = ALIASES[name]
  if (alias) return `export type ${short} = ${alias}`
  const properties = (schema.properties ?? {}) as Readonly<Record<string, JsonObject>>
  if (Object.keys(properties).length === 0 && schema.type === 'object') {
    return `export type ${short} = Record<string, unknown>`
  }
  if (!schema.properties) return `export type ${short} = ${typeOf(schema, nameIn)}`
  const gvk = kindOf(schema)
  const isObject = gvk !== undefined && properties.metadata?.$ref === OBJECT_META
  const required = new Set(schema.required as readonly string[] | undefined)
  const fields = Object.entries(properties).flatMap(([field, property]) => {
    if (gvk && field === 'apiVersion') return [`  apiVersion: '${gvk.apiVersion}'`]
    if (gvk && field === 'kind') return [`  kind: '${gvk.kind}'`]
    if (isObject && field === 'metadata') return []
    const key = /^[\w$]+$/.test(field) ? field : `'${field}'`
    return [`  ${key}${required.has(field) ? '' : '?'}: ${typeOf(property, nameIn)}`]
  })
  const base = isObject ? ` extends ${nameIn(KUBE_OBJECT)}` : ''
  return `export interface ${short}${base} {\n${fields.join('\n')}\n}`
}

function kindOf(schema: JsonObject): { readonly apiVersion: string; readonly kind: string } | undefined {
  const [gvk] = (schema['x-kubernetes-group-version-kind'] ?? []) as readonly JsonObject[]
  if (!gvk) return undefined
  const apiVersion = gvk.group === '' ? String(gvk.version) : `${gvk.group}/${gvk.version}`
  return { apiVersion, kind: String(gvk.kind) }
}

function typeOf(schema: JsonObject, nameIn: Naming): string {
  if (typeof schema.$ref === 'string') return nameIn(schema.$ref)
  const { type, items, additionalProperties } = schema
  switch (type) {
    case 'array':
      return `${typeOf(items as JsonObject, nameIn)}[]`
    case 'object':
      return additionalProperties
        ? `Record<string, ${typeOf(additionalProperties as JsonObject, nameIn)}>`
        : 'Record<string, unknown>'
    case 'integer':
    case 'number':
      return 'number'
    case 'boolean':
    case 'string':
      return type
    default:
      return 'unknown'
  }
}

/** The first sentence of the description, or where it comes from when it has none. */
function sentence(name: string, descriptions: Readonly<Record<string, Description>>): string {
  const [text = ''] = descriptions[name] ?? []
  const [first = ''] = text
    .replaceAll(/\s+/g, ' ')
    .replaceAll('*/', '* /')
    .split(/(?<=[a-z)\]"'`]\.)(?<!e\.g\.|i\.e\.)\s/)
  return first
    .trim()
    .replace(/(?<![.!?])$/, '.')
    .replace(/^\.$/, `Source: ${name}.`)
}
