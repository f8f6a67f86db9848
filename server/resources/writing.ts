/**
 * One write of one object: what create, update, patch and apply have in common.
 *
 *     current ─ wanted ─ admit (may change it) ─ prepare ─ admit (may refuse it) ─► stored, with its grounds as guards
 *        ▲                                                                            │
 *        └── somebody else was faster: from the start, unless the client said which version it means ──────┘
 */
import { managedFieldsAfterAdmission } from '@muster/api/apply/after-admission.ts'
import { managerOf } from '@muster/api/apply/manager-name.ts'
import { keepNoopTimes } from '@muster/api/apply/noop-times.ts'
import { recordUpdate } from '@muster/api/apply/record-update.ts'
import { hasFence } from '@muster/api/elections/fence.ts'
import { newUid } from '@muster/api/metadata/object-name.ts'
import { alignNamespace } from '@muster/api/metadata/system-fields.ts'
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
import type { GroupVersionResource } from '../admission/match-rules.ts'
import type { PolicySource } from '../admission/policies/index.ts'
import type { HookAccess } from '../admission/webhooks/access.ts'
import type { Authorizer } from '../auth/authorization.ts'
import { checkEscalation } from '../auth/rbac/escalation.ts'
import type { RbacSource } from '../auth/rbac/index.ts'
import type { ClusterNetwork } from '../cluster/network.ts'
import { fenceGuards } from '../elections/fence.ts'
import { type LeaseGuardSource, leaseGuards } from '../elections/lease-guards.ts'
import type { Sessions } from '../elections/session.ts'
import { causeOf } from '../history/cause.ts'
import type { DeleteOptions, WriteOptions } from '../http/options.ts'
import type { Heartbeats } from '../nodes/heartbeats.ts'
import type { Registry, Served } from '../registry/registry.ts'
import { beginService, endOf, isService, type ServiceDeps, writesOf } from '../services/commit.ts'
import type { AlsoWritten, WriteRequest } from '../storage/decide.ts'
import { formatKey } from '../storage/key.ts'
import type { Storage } from '../storage/storage.ts'
import { namespaceOf, type ResourceCall, saidResource } from './call.ts'
import { definitionGuards } from './definition-guard.ts'
import { emptyOf, fieldVersionsOf, resetFieldsOfCall } from './field-owners.ts'
import { formsOf, passingForm } from './object-forms.ts'
import { deleteOptionsObject, writeOptionsObject } from './operation-options.ts'
import { prepareForCreate, prepareForUpdate } from './prepare.ts'
import { storedTypeName, toStored } from './versions.ts'

/** What writing takes. */
export interface WriteDeps {
  /** All of them, or a stage. */
  readonly objects: Pick<Storage, 'create' | 'find' | 'list' | 'remove' | 'update'>
  readonly admission: readonly AdmissionStep[]
  readonly readsOf: (cluster: string) => AdmissionReads
  readonly authorizerOf: (cluster: string) => Authorizer
  readonly policiesOf: (cluster: string) => PolicySource
  readonly rolesOf: (cluster: string) => RbacSource
  readonly leaseGuardsOf: (cluster: string) => LeaseGuardSource
  readonly networkOf: (cluster: string) => ClusterNetwork
  readonly heartbeats: Heartbeats
  readonly clock: Clock
  readonly random: Random
  /** A name for each request, for ever. */
  readonly newId: () => string
  readonly registry: Registry
  /** The leases by which candidates of elections live. */
  readonly sessions: Sessions
  /** The way to the webhooks of a logical cluster. */
  readonly webhooksOf: (cluster: string) => HookAccess
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
  const context = contextOf(call, deps, asked)
  await mutate(call, deps, asked, context)
  dedupOwners(call, object)
  checkRoles(call, deps, object)
  const allocation = isService(object) ? await beginService({ ...serviceDeps(call, deps), dryRun }, object) : undefined
  prepareForCreate(call, object, deps.random)
  if (allocation && isService(object)) {
    admitted.also = await writesOf(serviceDeps(call, deps), allocation, object, () => newMetadata(call, deps))
  }
  await validate(call, deps, asked, context, admitted)
  admitted.again = () => validate(call, deps, asked, context, admitted)
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
  const context = contextOf(call, deps, asked)
  await mutate(call, deps, asked, context)
  dedupOwners(call, object)
  checkRoles(call, deps, object, old)
  const services = call.info.subresource === '' && isService(object) && isService(old)
  const allocation = services ? await beginService({ ...serviceDeps(call, deps), dryRun }, object, old) : undefined
  prepareForUpdate(call, object, old)
  if (allocation && services) {
    admitted.also = await writesOf(serviceDeps(call, deps), allocation, object, () => newMetadata(call, deps))
  }
  if (isService(old) && old.metadata.deletionTimestamp) admitted.alsoAtEnd = await endOf(serviceDeps(call, deps), old)
  await validate(call, deps, asked, context, admitted)
  const next = inForm(call, object)
  setOwners(next, keepNoopTimes(old, next))
  return next
}

/** Takes an object that is answered and not kept through admission, which may change it. */
export async function admitPassing(
  call: ResourceCall,
  deps: WriteDeps,
  object: KubeObject,
  passing: Served,
  dryRun: boolean,
  admitted: Admitted,
): Promise<void> {
  const own = { ...call, formOf: passingForm(passing) }
  const asked: AdmissionRequest = { ...requestBase(call, dryRun), verb: 'create', object }
  const context = contextOf(own, deps, asked)
  await mutate(own, deps, asked, context)
  await validate(own, deps, asked, context, admitted)
  admitted.again = () => validate(own, deps, asked, context, admitted)
}

/** Asks whether one may be connected with whoever the path names; the options say what is asked of him. */
export async function admitConnect(call: ResourceCall, deps: WriteDeps, kind: string, options: object): Promise<void> {
  const gvk = { group: '', version: 'v1', kind }
  const object: KubeObject = { ...options, apiVersion: 'v1', kind, metadata: {} }
  // Options have no metadata, and nobody may change them.
  const show = ({ metadata: _none, ...shown }: KubeObject) => shown as KubeObject
  const own = {
    ...call,
    formOf: (resource: GroupVersionResource) => ({ resource, kind: gvk, show, read: () => object }),
  }
  const asked: AdmissionRequest = { ...requestBase(call, false), verb: 'connect', object }
  const context = contextOf(own, deps, asked)
  await mutate(own, deps, asked, context)
  await validate(own, deps, asked, context, { guards: [] })
}

/** Asks whether an object may be deleted. */
export async function admitDelete(
  call: ResourceCall,
  deps: WriteDeps,
  old: KubeObject,
  options: DeleteOptions,
  admitted: Admitted,
): Promise<void> {
  const asked: AdmissionRequest = { ...requestBase(call, options.dryRun), verb: 'delete', old }
  const context = contextOf(call, deps, asked, deleteOptionsObject(options))
  await mutate(call, deps, asked, context)
  await validate(call, deps, asked, context, admitted)
  if (isService(old)) admitted.alsoAtEnd = await endOf(serviceDeps(call, deps), old)
}

const serviceDeps = ({ info, network }: ResourceCall, { objects, random }: WriteDeps): ServiceDeps => ({
  objects,
  random,
  cluster: info.cluster,
  ranges: network.services,
})

/** Of an object that is written along. */
const newMetadata = ({ now }: ResourceCall, { random }: WriteDeps) => ({
  uid: newUid(random),
  creationTimestamp: timestamp(now),
})

/** Marks the error of a creation that chose what somebody else was faster to take: it is to choose again. */
export const CHOSEN_IS_TAKEN: unique symbol = Symbol('chosen is taken')

/** The part of a write that the storage wants: its name, its cause, what its writer must be, and its grounds. */
export function writeRequest(call: ResourceCall, deps: WriteDeps, dryRun: boolean, admitted: Admitted): WriteRequest {
  let tries = 0
  return {
    id: deps.newId(),
    cause: causeOf(call),
    dryRun,
    isLimited: call.info.subresource === '' || call.info.subresource === 'resize',
    ...(isTied(call, deps)
      ? { standing: async (tried) => [...(await fenceGuards(call, deps)), ...(await leaseGuards(call, deps, tried))] }
      : {}),
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

/** Most writes are not: nothing is looked at for them. */
const isTied = ({ request, info, user }: ResourceCall, { leaseGuardsOf }: WriteDeps): boolean =>
  hasFence(request) || leaseGuardsOf(info.cluster).of(user.username).length > 0

const requestBase = (call: ResourceCall, dryRun: boolean) => ({
  cluster: call.info.cluster,
  resource: saidResource(call),
  served: call.served,
  subresource: call.info.subresource,
  namespace: namespaceOf(call),
  name: call.info.name,
  user: call.user,
  dryRun,
})

function contextOf(
  call: ResourceCall,
  deps: WriteDeps,
  { verb }: AdmissionRequest,
  options?: object,
): AdmissionContext {
  const { cluster } = call.info
  return {
    reads: deps.readsOf(cluster),
    authorizer: deps.authorizerOf(cluster),
    resources: deps.registry.cluster(cluster),
    policies: deps.policiesOf(cluster),
    random: deps.random,
    clock: deps.clock,
    notes: { warn: (text) => call.warnings.push(text), annotate: call.trail.annotate },
    webhooks: {
      ...deps.webhooksOf(cluster),
      options: options ?? writeOptionsObject(call, verb === 'create' ? 'create' : 'update'),
      formOf: formsOf(call, deps.registry),
    },
  }
}

async function mutate(
  call: ResourceCall,
  deps: WriteDeps,
  request: AdmissionRequest,
  context: AdmissionContext,
): Promise<void> {
  const before = 'object' in request ? request.object.metadata.managedFields : undefined
  const { warnings } = await admit(deps.admission, request, context)
  call.warnings.push(...warnings)
  if (!('object' in request) || request.verb === 'connect') return
  const { object } = request
  alignNamespace(object.metadata, namespaceOf(call))
  if (object.metadata.managedFields === before) return
  const { entries, warning } = managedFieldsAfterAdmission(before, object.metadata.managedFields)
  setOwners(object, entries)
  if (warning !== undefined) call.warnings.push(warning)
}

async function validate(
  call: ResourceCall,
  deps: WriteDeps,
  request: AdmissionRequest,
  context: AdmissionContext,
  admitted: Admitted,
): Promise<void> {
  const ofDefinition = 'object' in request ? await definitionGuards(call, deps.objects, request.verb) : []
  const { guards, warnings } = await check(deps.admission, request, context)
  call.warnings.push(...warnings)
  admitted.guards.length = 0
  admitted.guards.push(...ofDefinition, ...guards.map((guard) => storeGuard(call, guard)))
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
