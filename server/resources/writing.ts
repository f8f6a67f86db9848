/**
 * One write of one object: what create, update, patch and apply have in common.
 *
 *     current ─ wanted ─ admit (may change it) ─ prepare ─ admit (may refuse it) ─► stored, with its grounds as guards
 *        ▲                                                                            │
 *        └── somebody else was faster: from the start, unless the client said which version it means ──────┘
 */
import { managerOf } from '@muster/api/apply/manager-name.ts'
import { keepNoopTimes } from '@muster/api/apply/noop-times.ts'
import { recordUpdate } from '@muster/api/apply/record-update.ts'
import type { KubeObject, ManagedFieldsEntry } from '@muster/api/object.ts'
import { toJsonForm } from '@muster/api/schema/json-form.ts'
import { timestamp } from '@muster/api/time.ts'
import type { Random } from '@muster/base/random.ts'
import type { Cause, Guard } from '@muster/store/store.ts'
import type { AdmissionOperation, AdmissionReads, AdmissionRequest, AdmissionStep } from '../admission/request.ts'
import type { WriteOptions } from '../http/options.ts'
import type { WriteRequest } from '../storage/decide.ts'
import type { Storage } from '../storage/storage.ts'
import { namespaceOf, type ResourceCall } from './call.ts'
import { emptyOf, fieldVersionsOf, resetFieldsOfCall } from './field-owners.ts'
import { prepareForCreate, prepareForUpdate } from './prepare.ts'
import { storedTypeName, toStored } from './versions.ts'

/** What writing takes. */
export interface WriteDeps {
  readonly objects: Storage
  readonly admission: readonly AdmissionStep[]
  readonly readsOf: (cluster: string) => AdmissionReads
  readonly random: Random
  /** A name for each request, for ever. */
  readonly newId: () => string
}

/** A write that is being decided; the guards that its steps asked for are of the last try. */
export interface Admitted {
  readonly guards: Guard[]
}

/** Records who owns what after a write that is no apply. `live` and `next` have the version of the request. */
export function ownFields(
  call: ResourceCall,
  options: WriteOptions,
  live: KubeObject | undefined,
  next: KubeObject,
): void {
  const { served, info, request, now } = call
  const entries = recordUpdate({
    live: live ?? emptyOf(served),
    next,
    manager: managerOf(options.fieldManager, request.headers['user-agent'] ?? ''),
    subresource: info.subresource,
    now: timestamp(now),
    versions: fieldVersionsOf(served),
    resetFields: resetFieldsOfCall(served, info.subresource),
  })
  setOwners(next, entries)
}

function setOwners({ metadata }: KubeObject, entries: ManagedFieldsEntry[] | undefined): void {
  if (entries) metadata.managedFields = entries
  else delete metadata.managedFields
}

/** Takes an object that is to be created through admission and its kind's rules. Both are in the version of the request. */
export async function admitCreate(
  call: ResourceCall,
  deps: WriteDeps,
  wanted: KubeObject,
  dryRun: boolean,
  admitted: Admitted,
): Promise<KubeObject> {
  const object = toStored(call.served, wanted)
  const asked = admissionRequest(call, 'CREATE', dryRun, { object })
  await mutate(deps, asked)
  dedupOwners(call, object)
  prepareForCreate(call, object, deps.random)
  await validate(deps, asked, admitted)
  return inForm(call, object)
}

/** Takes an object that is to replace `old`, which is in the stored version, through admission and its kind's rules. */
export async function admitUpdate(
  call: ResourceCall,
  deps: WriteDeps,
  wanted: KubeObject,
  old: KubeObject,
  dryRun: boolean,
  admitted: Admitted,
): Promise<KubeObject> {
  const object = toStored(call.served, wanted)
  const asked = admissionRequest(call, 'UPDATE', dryRun, { object, old })
  await mutate(deps, asked)
  dedupOwners(call, object)
  prepareForUpdate(call, object, old)
  await validate(deps, asked, admitted)
  const next = inForm(call, object)
  setOwners(next, keepNoopTimes(old, next))
  return next
}

/** Asks whether an object may be deleted. */
export async function admitDelete(
  call: ResourceCall,
  deps: WriteDeps,
  old: KubeObject,
  dryRun: boolean,
  admitted: Admitted,
): Promise<void> {
  const asked = admissionRequest(call, 'DELETE', dryRun, { old })
  await mutate(deps, asked)
  await validate(deps, asked, admitted)
}

/** The part of a write that the storage wants: its name, its cause, and its grounds. */
export const writeRequest = (
  call: ResourceCall,
  deps: WriteDeps,
  dryRun: boolean,
  admitted: Admitted,
): WriteRequest => ({
  id: deps.newId(),
  cause: causeOf(call),
  dryRun,
  grounds: () => ({ guards: admitted.guards }),
})

/** Who, through which client, did what. */
function causeOf({ user, request, info }: ResourceCall): Cause {
  const client = (request.headers['user-agent'] ?? '').slice(0, CLIENT_LENGTH_MAX)
  const what = [info.verb, info.resource, info.subresource].filter(Boolean).join(' ')
  return { actor: user.username, reason: client === '' ? what : `${what} by ${client}` }
}
const CLIENT_LENGTH_MAX = 256

const admissionRequest = (
  call: ResourceCall,
  operation: AdmissionOperation,
  dryRun: boolean,
  objects: Pick<AdmissionRequest, 'object' | 'old'>,
): AdmissionRequest => ({
  cluster: call.info.cluster,
  operation,
  kind: call.served.kind,
  namespace: namespaceOf(call),
  name: call.info.name || (objects.object?.metadata.name ?? ''),
  subresource: call.info.subresource,
  user: call.user,
  dryRun,
  now: call.now,
  warnings: call.warnings,
  ...objects,
})

async function mutate({ admission, readsOf }: WriteDeps, request: AdmissionRequest): Promise<void> {
  const reads = readsOf(request.cluster)
  for (const step of admission) if (step.mutate && step.handles(request)) await step.mutate(request, reads)
}

async function validate(
  { admission, readsOf }: WriteDeps,
  request: AdmissionRequest,
  admitted: Admitted,
): Promise<void> {
  const reads = readsOf(request.cluster)
  admitted.guards.length = 0
  for (const step of admission) {
    if (step.validate && step.handles(request)) admitted.guards.push(...(await step.validate(request, reads)))
  }
}

/** One reference for each owner. Source: apiserver pkg/endpoints/handlers/rest.go dedupOwnerReferences. */
function dedupOwners(call: ResourceCall, { metadata }: KubeObject): void {
  const owners = metadata.ownerReferences
  if (!owners || owners.length < 2) return
  const texts = owners.map((owner) => JSON.stringify(owner))
  const kept = owners.filter((_owner, at) => texts.indexOf(texts[at] ?? '') === at)
  if (kept.length === owners.length) return
  const doubled = new Set(owners.filter((owner) => !kept.includes(owner)).map(({ uid }) => uid))
  metadata.ownerReferences = kept
  call.warnings.push(
    `.metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${[...doubled].join(' ')}`,
  )
}

/** As Go prints it: what is empty is left out or put in, by the type. */
function inForm({ served }: ResourceCall, object: KubeObject): KubeObject {
  const typeName = storedTypeName(served)
  if (typeName !== undefined) toJsonForm(typeName, object as never)
  return object
}
