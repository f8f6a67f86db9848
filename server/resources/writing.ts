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
import { newUid } from '@muster/api/metadata/object-name.ts'
import type { KubeObject, ManagedFieldsEntry } from '@muster/api/object.ts'
import { toStoredForm } from '@muster/api/schema/json-form.ts'
import { timestamp } from '@muster/api/time.ts'
import type { Clock } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import type { Random } from '@muster/base/random.ts'
import type { Guard, Revision } from '@muster/store/store.ts'
import {
  type AdmissionContext,
  type AdmissionReads,
  type AdmissionRequest,
  type AdmissionStep,
  admit,
  check,
  type ObjectGuard,
} from '../admission/admission.ts'
import type { Authorizer } from '../auth/authorization.ts'
import { checkEscalation } from '../auth/rbac/escalation.ts'
import type { RbacSource } from '../auth/rbac/index.ts'
import { causeOf } from '../history/cause.ts'
import type { WriteOptions } from '../http/options.ts'
import { beginService, endOf, isService, type ServiceDeps, writesOf } from '../services/commit.ts'
import type { AlsoWritten, WriteRequest } from '../storage/decide.ts'
import { formatKey } from '../storage/key.ts'
import type { Storage } from '../storage/storage.ts'
import { namespaceOf, type ResourceCall, saidResource } from './call.ts'
import { emptyOf, fieldVersionsOf, resetFieldsOfCall } from './field-owners.ts'
import { prepareForCreate, prepareForUpdate } from './prepare.ts'
import { storedTypeName, toStored } from './versions.ts'

/** What writing takes. */
export interface WriteDeps {
  readonly objects: Storage
  readonly admission: readonly AdmissionStep[]
  readonly readsOf: (cluster: string) => AdmissionReads
  readonly authorizerOf: (cluster: string) => Authorizer
  readonly rolesOf: (cluster: string) => RbacSource
  readonly clock: Clock
  readonly random: Random
  /** A name for each request, for ever. */
  readonly newId: () => string
}

/** A write that is being decided; the guards that its steps asked for are of the last try. */
export interface Admitted {
  readonly guards: Guard[]
  /** What is written with it, and what only when it goes. */
  also?: readonly AlsoWritten[]
  alsoAtEnd?: readonly AlsoWritten[]
  /** Asks the steps that may refuse once more: what they read had changed at the commit. */
  again?: () => Promise<void>
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
  const asked: AdmissionRequest = { ...requestBase(call, dryRun), verb: 'create', object }
  await mutate(call, deps, asked)
  dedupOwners(call, object)
  checkRoles(call, deps, object)
  const allocation = isService(object) ? await beginService({ ...serviceDeps(call, deps), dryRun }, object) : undefined
  prepareForCreate(call, object, deps.random)
  if (allocation && isService(object)) {
    admitted.also = await writesOf(serviceDeps(call, deps), allocation, object, () => newMetadata(call, deps))
  }
  await validate(call, deps, asked, admitted)
  admitted.again = () => validate(call, deps, asked, admitted)
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
  const asked: AdmissionRequest = { ...requestBase(call, dryRun), verb: 'update', object, old }
  await mutate(call, deps, asked)
  dedupOwners(call, object)
  checkRoles(call, deps, object, old)
  const services = call.info.subresource === '' && isService(object) && isService(old)
  const allocation = services ? await beginService({ ...serviceDeps(call, deps), dryRun }, object, old) : undefined
  prepareForUpdate(call, object, old)
  if (allocation && services) {
    admitted.also = await writesOf(serviceDeps(call, deps), allocation, object, () => newMetadata(call, deps))
  }
  if (isService(old) && old.metadata.deletionTimestamp) admitted.alsoAtEnd = await endOf(serviceDeps(call, deps), old)
  await validate(call, deps, asked, admitted)
  const next = inForm(call, object)
  setOwners(next, keepNoopTimes(old, next))
  return next
}

/** Takes an object that is answered and not kept through admission, which may change it. */
export async function admitPassing(
  call: ResourceCall,
  deps: WriteDeps,
  object: KubeObject,
  dryRun: boolean,
  admitted: Admitted,
): Promise<void> {
  const asked: AdmissionRequest = { ...requestBase(call, dryRun), verb: 'create', object }
  await mutate(call, deps, asked)
  await validate(call, deps, asked, admitted)
  admitted.again = () => validate(call, deps, asked, admitted)
}

/** Asks whether an object may be deleted. */
export async function admitDelete(
  call: ResourceCall,
  deps: WriteDeps,
  old: KubeObject,
  dryRun: boolean,
  admitted: Admitted,
): Promise<void> {
  const asked: AdmissionRequest = { ...requestBase(call, dryRun), verb: 'delete', old }
  await mutate(call, deps, asked)
  await validate(call, deps, asked, admitted)
  if (isService(old)) admitted.alsoAtEnd = await endOf(serviceDeps(call, deps), old)
}

const serviceDeps = ({ info }: ResourceCall, { objects, random }: WriteDeps): ServiceDeps => ({
  objects,
  random,
  cluster: info.cluster,
})

/** Of an object that is written along. */
const newMetadata = ({ now }: ResourceCall, { random }: WriteDeps) => ({
  uid: newUid(random),
  creationTimestamp: timestamp(now),
})

/** Marks the error of a creation that chose what somebody else was faster to take: it is to choose again. */
export const CHOSEN_IS_TAKEN: unique symbol = Symbol('chosen is taken')

/** The part of a write that the storage wants: its name, its cause, and its grounds. */
export function writeRequest(call: ResourceCall, deps: WriteDeps, dryRun: boolean, admitted: Admitted): WriteRequest {
  let tries = 0
  return {
    id: deps.newId(),
    cause: causeOf(call),
    dryRun,
    async grounds() {
      if (tries++ > 0) await admitted.again?.()
      // An update is made anew at each try; what is created is made already.
      if (tries > 1 && call.info.verb === 'create' && admitted.also?.length) {
        throw new ControlError('Conflict', 'what was free has just been taken', undefined, CHOSEN_IS_TAKEN)
      }
      return {
        guards: admitted.guards,
        ...(admitted.also ? { also: admitted.also } : {}),
        ...(admitted.alsoAtEnd ? { alsoAtEnd: admitted.alsoAtEnd } : {}),
      }
    },
  }
}

const requestBase = (call: ResourceCall, dryRun: boolean) => ({
  cluster: call.info.cluster,
  resource: saidResource(call),
  subresource: call.info.subresource,
  namespace: namespaceOf(call),
  name: call.info.name,
  user: call.user,
  dryRun,
})

const contextOf = ({ info }: ResourceCall, deps: WriteDeps): AdmissionContext => ({
  reads: deps.readsOf(info.cluster),
  authorizer: deps.authorizerOf(info.cluster),
  random: deps.random,
  clock: deps.clock,
})

async function mutate(call: ResourceCall, deps: WriteDeps, request: AdmissionRequest): Promise<void> {
  const { warnings } = await admit(deps.admission, request, contextOf(call, deps))
  call.warnings.push(...warnings)
}

async function validate(
  call: ResourceCall,
  deps: WriteDeps,
  request: AdmissionRequest,
  admitted: Admitted,
): Promise<void> {
  const { guards, warnings } = await check(deps.admission, request, contextOf(call, deps))
  call.warnings.push(...warnings)
  admitted.guards.length = 0
  admitted.guards.push(...guards.map((guard) => storeGuard(call, guard)))
}

/** What a step read must be what is there at the commit. */
const storeGuard = ({ info }: ResourceCall, { resource, namespace, name, resourceVersion }: ObjectGuard): Guard => ({
  guard: 'revision',
  key: formatKey({ ...resource, cluster: info.cluster, namespace, name }),
  equals: Number(resourceVersion) as Revision,
})

/** Nobody gives what he does not hold. */
function checkRoles(call: ResourceCall, deps: WriteDeps, object: KubeObject, old?: KubeObject): void {
  const { info, user } = call
  const write = { object, user, namespace: namespaceOf(call), name: info.name, ...(old ? { old } : {}) }
  checkEscalation(write, deps.rolesOf(info.cluster), deps.authorizerOf(info.cluster))
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
  if (typeName !== undefined) toStoredForm(typeName, object as never)
  return object
}
