/** Answers that hold the metadata of objects and nothing else: what is not asked for is not sent. */
import type { Handle } from '@muster/api/message.ts'

/** The same requests, for metadata. Lists and single objects are called otherwise, and a watch is of single objects. */
export const metadataOnly =
  (send: Handle): Handle =>
  (request) => {
    const isList = request.method === 'GET' && request.query.get('watch') !== 'true' && !isNamed(request.path)
    const kind = isList ? 'PartialObjectMetadataList' : 'PartialObjectMetadata'
    return send({
      ...request,
      headers: { ...request.headers, accept: `application/json;as=${kind};g=meta.k8s.io;v=v1` },
    })
  }

/** Whether a path ends in the name of an object: `/api/v1/secrets/x`, `/api/v1/namespaces/shop/secrets/x`. */
function isNamed(path: string): boolean {
  const [, ...parts] = path.split('/')
  const inGroup = parts.slice(parts[0] === 'api' ? 2 : 3)
  const below = inGroup[0] === 'namespaces' && inGroup.length > 2 ? inGroup.slice(2) : inGroup
  return below.length > 1
}
