/**
 * What happens to an object between a client's words and the store: the server's own fields, the rules of the kind,
 * and what they find wrong.
 *
 *     create   wipe ─ (managed fields, admission) ─ fill ─ prepare ─ generation 1 ─ validate
 *     update        ─ (managed fields, admission) ─ keep ─ confine ─ prepare ─ generation ─ validate both
 *
 * Source: apiserver pkg/registry/rest/create.go and update.go. All objects here are in the stored version.
 */
import type { FieldError } from '@muster/api/field-error.ts'
import type { RuleContext } from '@muster/api/kind.ts'
import { fillSystemFields, keepSystemFields } from '@muster/api/metadata/system-fields.ts'
import { validateObjectMeta, validateObjectMetaUpdate } from '@muster/api/metadata/validate.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { sameMeaning } from '@muster/api/same-meaning.ts'
import { invalid } from '@muster/api/status.ts'
import { timestamp } from '@muster/api/time.ts'
import type { Random } from '@muster/base/random.ts'
import type { ResourceCall } from './call.ts'

/** Makes a new object ready to be stored. Changes it. Throws Invalid, with everything that is wrong. */
export function prepareForCreate(call: ResourceCall, object: KubeObject, random: Random): void {
  const { rules } = call.served.kind
  const context = contextOf(call)
  fillSystemFields(object.metadata, { now: call.now, random })
  if (rules.generation !== 'none') object.metadata.generation = 1
  else delete object.metadata.generation
  // Of the version that is asked: another may have no status to be written by itself.
  if (!rules.createsStatus && call.served.version.subresources.status) delete object.status
  rules.prepareForCreate?.(object, context)
  refuse(call, object, [...checkMetadata(call, object), ...(rules.validate?.(object, context) ?? [])])
  call.warnings.push(...(rules.warnings?.(object) ?? []))
}

/** Makes a changed object ready to replace the old one. Changes it. Throws Invalid, with everything that is wrong. */
export function prepareForUpdate(call: ResourceCall, object: KubeObject, old: KubeObject): void {
  const { rules } = call.served.kind
  const context = contextOf(call, old)
  keepSystemFields(object.metadata, old.metadata)
  confine(call, object, old)
  rules.prepareForUpdate?.(object, old, context)
  const { subresource } = call.info
  if ((subresource === '' || subresource === 'scale') && changesGeneration(call, object, old)) {
    object.metadata.generation = (old.metadata.generation ?? 0) + 1
  }
  // Kubernetes asks twice, once for all kinds and once with each kind's own rules, and tells both answers.
  const ofChange = validateObjectMetaUpdate(object.metadata, old.metadata)
  refuse(call, object, [
    ...checkMetadata(call, object),
    ...ofChange,
    ...ofChange,
    ...(rules.validate?.(object, context) ?? []),
    ...(rules.validateUpdate?.(object, old, context) ?? []),
  ])
  call.warnings.push(...(rules.warnings?.(object, old) ?? []))
}

/** A write of the object leaves its status alone, and a write of its status leaves everything but metadata alone. */
function confine({ served, info }: ResourceCall, object: KubeObject, old: KubeObject): void {
  const { status, others = [] } = served.version.subresources
  if (!status) return
  const isOfStatus =
    info.subresource === 'status' || others.some(({ name, writesStatus }) => name === info.subresource && writesStatus)
  const fields = new Set([...Object.keys(object), ...Object.keys(old)])
  for (const field of fields) {
    if (field === 'apiVersion' || field === 'kind' || field === 'metadata') continue
    if ((field === 'status') === isOfStatus) continue
    if (!isOfStatus && field !== 'status') continue
    if (old[field] === undefined) delete object[field]
    else object[field] = old[field]
  }
}

function changesGeneration({ served: { kind } }: ResourceCall, object: KubeObject, old: KubeObject): boolean {
  switch (kind.rules.generation) {
    case 'none':
      return false
    case 'spec':
      return !sameMeaning(object.spec, old.spec)
    case 'all':
      return !sameMeaning(withoutBookkeeping(object), withoutBookkeeping(old))
    default:
      return kind.rules.generation satisfies never
  }
}

const withoutBookkeeping = ({ metadata: _metadata, status: _status, ...rest }: KubeObject): object => rest

/** What a rule is told besides the object. */
export const contextOf = (
  { info, served, user, now, network, warnings }: ResourceCall,
  old?: KubeObject,
): RuleContext => ({
  warn: (warning) => warnings.push(warning),
  subresource: info.subresource,
  version: served.version.name,
  user,
  now: timestamp(now),
  isLoopback: network.isLoopback,
  ...(old ? { old } : {}),
})

const checkMetadata = ({ served: { kind } }: ResourceCall, object: KubeObject): FieldError[] =>
  validateObjectMeta(object.metadata, { scope: kind.scope, name: kind.rules.name ?? 'dns-subdomain' })

function refuse({ served: { kind } }: ResourceCall, object: KubeObject, errors: readonly FieldError[]): void {
  if (errors.length === 0) return
  const name = object.metadata.name || object.metadata.generateName || ''
  // A kind whose objects another keeps is called by that one's group, as in Kubernetes: Event.
  throw invalid({ group: kind.storage?.group ?? kind.group, kind: kind.kind }, name, errors)
}
