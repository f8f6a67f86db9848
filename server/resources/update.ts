/** PUT: an object in place of the one that is there. Source: apiserver pkg/endpoints/handlers/update.go. */
import { copyObject } from '@muster/api/apply/whole-object.ts'
import { invalid } from '@muster/api/field-error.ts'
import { alignNamespace, wipeSystemFields } from '@muster/api/metadata/system-fields.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { badRequest, conflict, invalid as invalidStatus } from '@muster/api/status.ts'
import { aboutResource, forbiddenBy } from '../auth/authorization.ts'
import { type WriteOptions, writeOptions } from '../http/options.ts'
import type { Written } from '../storage/decide.ts'
import type { UpdateRequest } from '../storage/write.ts'
import { namespaceOf, objectKey, type ResourceCall, saidResource } from './call.ts'
import { bodyTypeOf, decodeBody, settleStrict } from './decode-body.ts'
import { fromStored } from './versions.ts'
import { type Admitted, admitCreate, admitUpdate, ownFields, type WriteDeps, writeRequest } from './writing.ts'

/** Replaces the object, or its status. */
export async function update(call: ResourceCall, deps: WriteDeps): Promise<Written> {
  const { request, served } = call
  const options = writeOptions(request.query, 'update')
  const type = bodyTypeOf(served)
  const { object, strict } = decodeBody(request.body, request.headers['content-type'], type, options.fieldValidation)
  call.warnings.push(...settleStrict(strict, options.fieldValidation, type))
  served.version.default?.(object)
  alignNamespace(object.metadata, namespaceOf(call))
  call.trail.received(object)
  checkName(call, object)
  return writeOver(call, deps, options, {
    createIfAbsent: served.kind.rules.createOnUpdate === true && call.info.subresource === '',
    ...(object.metadata.uid ? { uid: object.metadata.uid } : {}),
    change: () => copyObject(object),
    owns: 'as an update',
  })
}

/** How what is wanted follows from what is there. Objects are in the version of the request. */
export interface Change {
  readonly createIfAbsent: boolean
  readonly uid?: string
  /** What is there may be changed and answered. `undefined`: there is nothing, and it is to be created. */
  readonly change: (current: KubeObject | undefined) => KubeObject
  /** Who owns the fields of the result: worked out as for any update, or by the change itself, which is an apply. */
  readonly owns: 'as an update' | 'as it says'
}

/** Writes what a change makes of what is there. */
export async function writeOver(
  call: ResourceCall,
  deps: WriteDeps,
  options: WriteOptions,
  wanted: Change,
): Promise<Written> {
  const admitted: Admitted = { guards: [] }
  const key = objectKey(call)
  const { rules } = call.served.kind
  const heard = call.warnings.length
  const request: UpdateRequest = {
    ...writeRequest(call, deps, options.dryRun, admitted),
    ...(wanted.uid === undefined ? {} : { preconditions: { uid: wanted.uid } }),
    createIfAbsent: wanted.createIfAbsent,
    ...(rules.isHeld ? { isHeld: rules.isHeld.bind(rules) } : {}),
    async change(stored) {
      call.warnings.length = heard // Of an earlier try.
      const current = stored && fromStored(call.served, copyObject(stored))
      const next = wanted.change(current && copyObject(current))
      alignNamespace(next.metadata, namespaceOf(call))
      checkName(call, next)
      if (wanted.owns === 'as an update') ownFields(call, options, current, next)
      if (!stored) return creation(call, deps, next, options, admitted)
      checkVersion(call, next, stored)
      return admitUpdate(call, deps, next, stored, options.dryRun, admitted)
    },
  }
  const written = await deps.objects.update(key, deps.heartbeats.hearing(key, request))
  return { ...written, object: deps.heartbeats.shown(written.object) }
}

function creation(call: ResourceCall, deps: WriteDeps, next: KubeObject, options: WriteOptions, admitted: Admitted) {
  const { uid } = next.metadata
  if (uid) {
    const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`
    throw conflict(saidResource(call), call.info.name, why)
  }
  checkMayCreate(call, deps)
  wipeSystemFields(next.metadata)
  delete next.metadata.resourceVersion
  return admitCreate(call, deps, next, options.dryRun, admitted)
}

/** Who may change what is there may not yet create what is not. Source: apiserver handlers/create.go withAuthorization. */
function checkMayCreate(call: ResourceCall, { authorizerOf }: WriteDeps): void {
  const { info, user } = call
  const asked = aboutResource({ ...saidResource(call), verb: 'create', namespace: namespaceOf(call), name: info.name })
  const { allowed, reason } = authorizerOf(info.cluster).authorize(user, asked)
  if (!allowed) throw forbiddenBy(user, asked, reason)
}

/** Without a resourceVersion the write is meant for whatever is there, where the kind allows that. */
function checkVersion({ served, info }: ResourceCall, next: KubeObject, stored: KubeObject): void {
  const { resourceVersion: given = '' } = next.metadata
  if (given !== '' && given !== '0') {
    if (/^\d+$/.test(given)) return
    throw badRequest(`strconv.ParseUint: parsing ${JSON.stringify(given)}: invalid syntax`)
  }
  if (served.kind.rules.unconditionalUpdate === false) {
    const { group, plural } = served.kind
    throw invalidStatus({ group, kind: plural }, info.name, [
      invalid('metadata.resourceVersion', 0, 'must be specified for an update'),
    ])
  }
  next.metadata.resourceVersion = stored.metadata.resourceVersion ?? ''
}

/** The body must be about the object that the path names. */
export function checkName({ info }: ResourceCall, { metadata }: KubeObject): void {
  const { name = '' } = metadata
  if (name === '') {
    throw badRequest(`the name of the object (${info.name} based on URL) was undeterminable: name must be provided`)
  }
  if (name !== info.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${info.name})`)
  }
}
