/**
 * What the expressions of policies and webhooks may name: `object`, `oldObject`, `request`, `namespaceObject`, and where a
 * use has them `params`, `authorizer` and `variables`.
 * Source: apiserver pkg/admission/plugin/cel/compile.go, composition.go.
 */
import { type Compiled, compile } from '../compile.ts'
import type { Variables } from '../environment.ts'
import { AUTHORIZER, RESOURCE_CHECK } from '../functions/authorizer.ts'
import { BOOL, DYN, INT, listOf, mapOf, nameType, object, STRING, TIMESTAMP, type Type } from '../type.ts'

/** What a use has beside what all have. */
export interface PolicyNames {
  readonly params: boolean
  readonly authorizer: boolean
  /** The types of `variables.NAME`, of those that come before. Absent where there can be none. */
  readonly variables?: ReadonlyMap<string, Type>
  /** Whether it may make `Object{…}` and `JSONPatch{…}`, as what changes objects does. */
  readonly patches?: true
}

const record = (name: string, fields: Readonly<Record<string, Type>>): Type =>
  object(name, (field) => (Object.hasOwn(fields, field) ? fields[field] : undefined))

const KIND = record('kubernetes.GroupVersionKind', { group: STRING, version: STRING, kind: STRING })
const RESOURCE = record('kubernetes.GroupVersionResource', { group: STRING, version: STRING, resource: STRING })

const REQUEST = record('kubernetes.AdmissionRequest', {
  kind: KIND,
  resource: RESOURCE,
  subResource: STRING,
  requestKind: KIND,
  requestResource: RESOURCE,
  requestSubResource: STRING,
  name: STRING,
  namespace: STRING,
  operation: STRING,
  userInfo: record('kubernetes.UserInfo', {
    username: STRING,
    uid: STRING,
    groups: listOf(STRING),
    extra: mapOf(STRING, listOf(STRING)),
  }),
  dryRun: BOOL,
  options: DYN,
})

const NAMESPACE = record('kubernetes.Namespace', {
  metadata: record('kubernetes.NamespaceMetadata', {
    name: STRING,
    generateName: STRING,
    namespace: STRING,
    labels: mapOf(STRING, STRING),
    annotations: mapOf(STRING, STRING),
    UID: STRING,
    creationTimestamp: TIMESTAMP,
    deletionGracePeriodSeconds: INT,
    deletionTimestamp: TIMESTAMP,
    generation: INT,
    resourceVersion: STRING,
    finalizers: listOf(STRING),
  }),
  spec: record('kubernetes.NamespaceSpec', { finalizers: listOf(STRING) }),
  status: record('kubernetes.NamespaceStatus', {
    conditions: listOf(
      record('kubernetes.NamespaceCondition', {
        status: STRING,
        type: STRING,
        lastTransitionTime: TIMESTAMP,
        message: STRING,
        reason: STRING,
      }),
    ),
    phase: STRING,
  }),
})

/** The names of one use, with their types. */
export function policyVariables({ params, authorizer, variables }: PolicyNames): Variables {
  return {
    object: DYN,
    oldObject: DYN,
    request: REQUEST,
    namespaceObject: NAMESPACE,
    ...(params ? { params: DYN } : {}),
    ...(authorizer ? { authorizer: AUTHORIZER, 'authorizer.requestResource': RESOURCE_CHECK } : {}),
    ...(variables ? { variables: object('kubernetes.variables', (name) => variables.get(name)) } : {}),
  }
}

const JSON_PATCH = record('JSONPatch', { op: STRING, path: STRING, from: STRING, value: DYN })

/** What a mutation makes: operations of a patch, and parts of an object, of which nothing more is known. */
function patchTypes(name: string): Type | undefined {
  if (name === 'JSONPatch') return JSON_PATCH
  return name === 'Object' || name.startsWith('Object.') ? object(name, () => DYN) : undefined
}

/** Compiles an expression that must come to one of these types, as {@link nameType} names them; to any, when none is named. */
export function compileForPolicy(text: string, names: PolicyNames, ...wanted: readonly string[]): Compiled {
  const compiled = compile(text, policyVariables(names), names.patches ? patchTypes : undefined)
  if (!compiled.compiled) return compiled
  const type = nameType(compiled.checked.type)
  if (wanted.length === 0 || wanted.includes(type)) return compiled
  const [only = ''] = wanted
  const which = wanted.length === 1 ? only : `one of [${wanted.join(' ')}]`
  return { compiled: false, why: `must evaluate to ${which} but got ${type}` }
}
