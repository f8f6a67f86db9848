/** The options of a write as an object, as those see it who are asked about the write. */
import type { DeleteOptions } from '../http/options.ts'
import type { ResourceCall } from './call.ts'

const API_VERSION = 'meta.k8s.io/v1'

/** Of a create or an update; a patch is one of the two. */
export function writeOptionsObject({ request: { query } }: ResourceCall, verb: 'create' | 'update'): object {
  const [fieldManager, fieldValidation] = [query.get('fieldManager'), query.get('fieldValidation')]
  const dryRun = query.getAll('dryRun')
  return {
    kind: verb === 'create' ? 'CreateOptions' : 'UpdateOptions',
    apiVersion: API_VERSION,
    ...(dryRun.length > 0 ? { dryRun } : {}),
    ...(fieldManager ? { fieldManager } : {}),
    ...(fieldValidation ? { fieldValidation } : {}),
  }
}

/** Of a delete. */
export function deleteOptionsObject(options: DeleteOptions): object {
  const { dryRun, preconditions, ...others } = options
  return {
    kind: 'DeleteOptions',
    apiVersion: API_VERSION,
    ...others,
    ...(Object.keys(preconditions).length > 0 ? { preconditions } : {}),
    ...(dryRun ? { dryRun: ['All'] } : {}),
  }
}
