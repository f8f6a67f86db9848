/** DELETE: of one object, or of all that a selection takes. Source: apiserver pkg/endpoints/handlers/delete.go. */
import type { KubeObject } from '@muster/api/object.ts'
import { parseJson } from '@muster/api/parse-json.ts'
import { decodeObject } from '@muster/api/protobuf/envelope.ts'
import { isObject } from '@muster/api/schema/json.ts'
import { badRequest, deleted, type Status } from '@muster/api/status.ts'
import { hasCode, isControlError } from '@muster/base/errors.ts'
import { bodyMediaType, MEDIA_TYPES } from '../http/accept.ts'
import { type DeleteOptions, deleteOptions, listOptions } from '../http/options.ts'
import type { Written } from '../storage/decide.ts'
import { parseKey } from '../storage/key.ts'
import type { ListPage } from '../storage/read.ts'
import { parseObject, type StoredObject } from '../storage/stored-object.ts'
import { objectKey, type ResourceCall, saidResource, scopeOf } from './call.ts'
import { deletionRulesOf } from './deletion-rules.ts'
import { parseYaml } from './parse-yaml.ts'
import { selectionOf } from './select.ts'
import { type Admitted, admitDelete, type WriteDeps, writeRequest } from './writing.ts'

/** What a DELETE answers with. */
export type Removed =
  /** The object, as it is while it waits to go; or as it was last, for kinds that answer so. */
  | { readonly removed: 'object'; readonly status: 200 | 202; readonly object: StoredObject }
  | { readonly removed: 'status'; readonly status: Status }

/** Deletes one object, or marks it to be deleted. */
export async function remove(call: ResourceCall, deps: WriteDeps): Promise<Removed> {
  const options = optionsOf(call)
  warnOfDependents(call, options)
  const written = await removeOne(call, deps, call.info.name, options)
  const { kind } = call.served
  if (written.outcome !== 'deleted') {
    const status = options.orphanDependents === false ? 202 : 200
    return { removed: 'object', status, object: written.object }
  }
  if (kind.rules.returnsDeleted) return { removed: 'object', status: 200, object: written.object }
  const { uid = '' } = parseObject(written.object).metadata
  return { removed: 'status', status: deleted(saidResource(call), call.info.name, uid) }
}

/** Deletes everything that the selection takes, and answers what that was. */
export async function removeCollection(call: ResourceCall, deps: WriteDeps): Promise<ListPage> {
  const options = optionsOf(call)
  warnOfDependents(call, options)
  const wanted = listOptions(call.request.query, false)
  const selection = selectionOf(call, wanted)
  const { resourceVersion, resourceVersionMatch, limit, continue: token } = wanted
  const page = await deps.objects.list(scopeOf(call), {
    resourceVersion,
    resourceVersionMatch,
    limit,
    continue: token,
    ...(selection ? { selection } : {}),
  })
  for (const { key } of page.items) {
    const name = parseKey(key)
    if (!name) continue
    const one: ResourceCall = {
      ...call,
      info: { ...call.info, cluster: name.cluster, namespace: name.namespace, name: name.name },
    }
    try {
      await removeOne(one, deps, name.name, options)
    } catch (error) {
      if (!hasCode(error, 'NotFound')) throw error
    }
  }
  return page
}

function warnOfDependents({ served, warnings }: ResourceCall, options: DeleteOptions): void {
  const { dependentsWarning } = served.kind.rules
  const isSaid = options.propagationPolicy !== undefined || options.orphanDependents !== undefined
  if (dependentsWarning !== undefined && !isSaid) warnings.push(dependentsWarning)
}

function removeOne(call: ResourceCall, deps: WriteDeps, name: string, options: DeleteOptions): Promise<Written> {
  const admitted: Admitted = { guards: [] }
  return deps.objects.remove(objectKey(call, name), {
    ...writeRequest(call, deps, options.dryRun, admitted),
    options,
    rules: deletionRulesOf(call.served.kind.rules),
    admit: (current) => admitDelete(call, deps, current, options, admitted),
  })
}

/** From the body when there is one, which may be in any form; from the query otherwise. */
function optionsOf({ request, trail }: ResourceCall): DeleteOptions {
  if (request.body.length === 0) return deleteOptions(request.query, undefined)
  const type = { apiVersion: 'v1', kind: 'DeleteOptions' }
  const body = readOptions(request.body, request.headers['content-type'], type)
  if (!isObject(body)) throw badRequest('decoded object cannot be converted to DeleteOptions')
  const { kind = type.kind, apiVersion = type.apiVersion } = body
  if (kind !== type.kind) {
    throw badRequest(
      `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`,
    )
  }
  trail.received({ kind, apiVersion, metadata: {}, ...body } as KubeObject)
  return deleteOptions(request.query, body)
}

function readOptions(
  bytes: Uint8Array,
  contentType: string | undefined,
  type: { apiVersion: string; kind: string },
): unknown {
  const mediaType = bodyMediaType(contentType, MEDIA_TYPES)
  switch (mediaType) {
    case 'application/vnd.kubernetes.protobuf':
      return decodeObject(bytes, type)
    case 'application/json':
      try {
        return parseJson(bytes, { strict: false }).value
      } catch (error) {
        throw badRequest(
          `couldn't get version/kind; json parse error: ${isControlError(error) ? error.message : String(error)}`,
        )
      }
    case 'application/yaml':
      return parseYaml(bytes, { strict: false }).value
    default:
      return mediaType satisfies never
  }
}
