/** POST to a collection: an object that is not there yet. Source: apiserver pkg/endpoints/handlers/create.go. */
import { alignNamespace, wipeSystemFields } from '@muster/api/metadata/system-fields.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { badRequest, createWhileEnding, generatedNameExists } from '@muster/api/status.ts'
import { hasCode, isControlError } from '@muster/base/errors.ts'
import { isCandidate } from '../elections/look.ts'
import { beginSession, endSession } from '../elections/session.ts'
import { type WriteOptions, writeOptions } from '../http/options.ts'
import { TRIES_MAX } from '../storage/decide.ts'
import type { StoredObject } from '../storage/stored-object.ts'
import { namespaceOf, objectKey, type ResourceCall, saidResource } from './call.ts'
import { bodyTypeOf, decodeBody, settleStrict } from './decode-body.ts'
import { type Admitted, admitCreate, CHOSEN_IS_TAKEN, ownFields, type WriteDeps, writeRequest } from './writing.ts'

/** A made-up name may be taken: then another is drawn. Source: apiserver registry/generic/registry/store.go maxNameGenerationCreateAttempts. */
const NAMES_DRAWN_MAX = 8

/** Creates the object of the body. */
export async function create(call: ResourceCall, deps: WriteDeps): Promise<StoredObject> {
  if (call.served.kind.isEnding) throw createWhileEnding(saidResource(call))
  const options = writeOptions(call.request.query, 'create')
  const { object, warnings } = wantedObject(call, options)
  call.warnings.push(...warnings)
  const { name, generateName = '' } = object.metadata
  const drawsName = !name && generateName !== ''
  for (let drawn = 1; ; drawn++) {
    try {
      // The first try may change what was read; it is read again for another.
      return await createOnce(call, deps, drawn === 1 ? object : wantedObject(call, options).object, options)
    } catch (error) {
      if (isControlError(error) && error.details === CHOSEN_IS_TAKEN && drawn < TRIES_MAX) continue
      if (!drawsName || !hasCode(error, 'AlreadyExists')) throw error
      if (drawn >= NAMES_DRAWN_MAX) throw generatedNameExists(saidResource(call), generateName)
    }
  }
}

/** The object of the body, with its defaults and without what only the server sets. */
function wantedObject(
  call: ResourceCall,
  { fieldValidation }: WriteOptions,
): { readonly object: KubeObject; readonly warnings: readonly string[] } {
  const { request, served } = call
  const type = bodyTypeOf(served)
  const { object, strict } = decodeBody(request.body, request.headers['content-type'], type, fieldValidation)
  const warnings = settleStrict(strict, fieldValidation, type)
  served.version.default?.(object)
  wipeSystemFields(object.metadata)
  alignNamespace(object.metadata, namespaceOf(call))
  call.trail.received(object)
  if (object.metadata.resourceVersion) throw badRequest('resourceVersion should not be set on objects to be created')
  return { object, warnings }
}

async function createOnce(
  call: ResourceCall,
  deps: WriteDeps,
  wanted: KubeObject,
  options: WriteOptions,
): Promise<StoredObject> {
  const admitted: Admitted = { guards: [] }
  ownFields(call, options, undefined, wanted)
  const object = await admitCreate(call, deps, wanted, options.dryRun, admitted)
  const key = objectKey(call, object.metadata.name)
  const request = writeRequest(call, deps, options.dryRun, admitted)
  if (!isCandidate(object)) return (await deps.objects.create(key, object, request)).object
  const lease = await beginSession(call, deps, object, options.dryRun)
  try {
    return (await deps.objects.create(key, object, { ...request, ...(lease === undefined ? {} : { lease }) })).object
  } catch (error) {
    if (lease !== undefined) await endSession(deps, lease)
    throw error
  }
}
