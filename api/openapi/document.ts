/** The words of OpenAPI v3, as far as Kubernetes uses them. Source: OpenAPI 3.0.0; kube-openapi pkg/spec3. */
import type { Json, JsonObject } from '../object.ts'

/** A document: what may be asked of one group and version, and the types of what is sent. */
export interface OpenApiV3 {
  readonly openapi: '3.0.0'
  readonly info: { readonly title: string; readonly version: string }
  readonly paths: Readonly<Record<string, PathItem>>
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonObject>>
    readonly securitySchemes: Readonly<Record<string, JsonObject>>
  }
}

/** The methods of HTTP that a path may have. */
export type Method = 'get' | 'put' | 'post' | 'delete' | 'options' | 'head' | 'patch'

/** Every method, in the order in which a document has them. */
export const METHODS: readonly Method[] = ['delete', 'get', 'head', 'options', 'patch', 'post', 'put']

/** One path: what each method does, and the parameters that all of them have. */
export type PathItem = { readonly [method in Method]?: Operation } & { readonly parameters?: readonly Parameter[] }

/** A kind as the extension `x-kubernetes-group-version-kind` names it. */
export interface GroupVersionKind {
  readonly group: string
  readonly kind: string
  readonly version: string
}

/** What one method of one path does. */
export interface Operation {
  readonly description: string
  readonly operationId: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Content; readonly required?: true }
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>
  readonly tags: readonly string[]
  readonly 'x-kubernetes-action'?: string
  readonly 'x-kubernetes-group-version-kind'?: GroupVersionKind
}

/** A body, for each media type. */
export type Content = Readonly<Record<string, { readonly schema: Json }>>

/** One parameter of a path or query. */
export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query'
  readonly description: string
  readonly required?: true
  readonly schema: { readonly type: 'string' | 'integer' | 'boolean'; readonly uniqueItems: true }
}

/** Where components refer to each other. */
export const COMPONENT = '#/components/schemas/'

/** A reference to a component. */
export const refTo = (typeName: string): { readonly $ref: string } => ({ $ref: `${COMPONENT}${typeName}` })
