/**
 * Who may look at a mirror, and where it is.
 *
 *     /mirrors/eu/api/v1/pods      what is written down of the cluster eu
 *     /mirrors/* /api/v1/pods      of all of them (without the space)
 *
 * The hub is asked in the name of whoever asks: `get` of `clusters/mirror` in `fleet.muster.dev`, by the name of the
 * cluster, or of all of them.
 */
import { type ApiRequest, type ApiResponse, answerJson, type Handle, piecesOf } from '@muster/api/message.ts'
import { statusOf } from '@muster/api/status.ts'
import { ControlError } from '@muster/base/errors.ts'
import { NOT_WRITTEN } from './mirror-server.ts'

const PATH = /^\/mirrors\/([^/]+)(\/.*)?$/
const READING: ReadonlySet<string> = new Set(['GET', 'HEAD'])

/** The hub, and below `/mirrors` what is written down of its members. */
export const withMirrors =
  (hub: Handle, mirror: Handle): Handle =>
  async (request) => {
    const [, cluster, path = '/'] = PATH.exec(request.path) ?? []
    if (cluster === undefined) return hub(request)
    const name = decodeURIComponent(cluster)
    const refusal = await whyNot(hub, request, name)
    if (refusal) return refusal
    if (!READING.has(request.method)) return refuse(new ControlError('MethodNotAllowed', NOT_WRITTEN))
    const { authorization: _token, ...headers } = request.headers
    const { clientCertificate: _certificate, headerLists: _lists, ...rest } = request
    return mirror({ ...rest, headers, path: `/clusters/${name}${path}` })
  }

/** The hub's own refusal of who asks; undefined when he may look. */
async function whyNot(hub: Handle, request: ApiRequest, name: string): Promise<ApiResponse | undefined> {
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: {
      resourceAttributes: {
        verb: 'get',
        group: 'fleet.muster.dev',
        resource: 'clusters',
        subresource: 'mirror',
        ...(name === '*' ? {} : { name }),
      },
    },
  }
  const answered = await hub({
    ...request,
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    query: new URLSearchParams(),
    headers: { ...request.headers, accept: 'application/json', 'content-type': 'application/json' },
    body: new TextEncoder().encode(JSON.stringify(review)),
  })
  if (answered.status >= 400) return answered
  const pieces: Uint8Array[] = []
  for await (const piece of piecesOf(answered.body)) pieces.push(piece)
  const { status } = JSON.parse(Buffer.concat(pieces).toString()) as { status: { allowed: boolean; reason?: string } }
  if (status.allowed) return undefined
  const of = name === '*' ? 'of all clusters' : `of cluster "${name}"`
  return refuse(
    new ControlError('Forbidden', `the mirror ${of} is read with the right to get clusters/mirror in fleet.muster.dev`),
  )
}

function refuse(error: ControlError): ApiResponse {
  const status = statusOf(error)
  return answerJson(status.code ?? 500, status)
}
