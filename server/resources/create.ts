/** POST to a collection: an object that is not there yet. Source: apiserver pkg/endpoints/handlers/create.go. */
import { alignNamespace, wipeSystemFields } from '@muster/api/metadata/system-fields.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { badRequest, generatedNameExists } from '@muster/api/status.ts'
import { hasCode, isControlError } from '@muster/base/errors.ts'
import { writeOptions } from '../http/options.ts'
import { TRIES_MAX } from '../storage/decide.ts'
import type { StoredObject } from '../storage/stored-object.ts'
import { namespaceOf, objectKey, type ResourceCall, saidResource } from './call.ts'
import { bodyTypeOf, decodeBody, settleStrict } from './decode-body.ts'
import { type Admitted, admitCreate, CHOSEN_IS_TAKEN, ownFields, type WriteDeps, writeRequest } from './writing.ts'

/** A made-up name may be taken: then another is drawn. Source: apiserver registry/generic/registry/store.go maxNameGenerationCreateAttempts. */
const NAMES_DRAWN_MAX = 8

/** Creates the object of the body. */
export async function create(call: ResourceCall, deps: WriteDeps): Promise<StoredObject> {
  const { request, served } = call
  const options = writeOptions(request.query, 'create')
  const type = bodyTypeOf(served)
  const { object, strict } = decodeBody(request.body, request.headers['content-type'], type, options.fieldValidation)
  call.warnings.push(...settleStrict(strict, options.fieldValidation, type))
  served.version.default?.(object)
  wipeSystemFields(object.metadata)
  alignNamespace(object.metadata, namespaceOf(call))
  call.trail.received(object)
  if (object.metadata.resourceVersion) throw badRequest('resourceVersion should not be set on objects to be created')

  const drawsName = !object.metadata.name && Boolean(object.metadata.generateName)
  for (let drawn = 1; ; drawn++) {
    try {
      return await createOnce(call, deps, structuredClone(object), options)
    } catch (error) {
      if (isControlError(error) && error.details === CHOSEN_IS_TAKEN && drawn < TRIES_MAX) continue
      if (!drawsName || !hasCode(error, 'AlreadyExists')) throw error
      if (drawn >= NAMES_DRAWN_MAX) throw generatedNameExists(saidResource(call), object.metadata.generateName ?? '')
    }
  }
}

async function createOnce(
  call: ResourceCall,
  deps: WriteDeps,
  wanted: KubeObject,
  options: ReturnType<typeof writeOptions>,
): Promise<StoredObject> {
  const admitted: Admitted = { guards: [] }
  ownFields(call, options, undefined, wanted)
  const object = await admitCreate(call, deps, wanted, options.dryRun, admitted)
  const key = objectKey(call, object.metadata.name)
  const written = await deps.objects.create(key, object, writeRequest(call, deps, options.dryRun, admitted))
  return written.object
}
