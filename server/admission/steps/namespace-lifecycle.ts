/**
 * Nothing is created in a namespace that is not there or is on its way out; some namespaces are never on their way out.
 * Source: apiserver pkg/admission/plugin/namespace/lifecycle.
 */
import { forbidden, notFound } from '@muster/api/status.ts'
import type { Namespace } from '@muster/api/types/core-v1.ts'
import type { ControlError } from '@muster/base/errors.ts'
import { core, isKind } from '../../auth/reads.ts'
import { type AdmissionContext, type AdmissionRequest, type AdmissionStep, refusal, withCause } from '../admission.ts'

/** May not be deleted. kube-node-lease may, and comes back. */
export const IMMORTAL_NAMESPACES: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public'])

const NAMESPACES = core('namespaces')
const isNamespace = isKind<Namespace>('v1', 'Namespace')

/** The step. It looks twice: first so that its refusal comes before all others, then for the guard. */
export const namespaceLifecycle: AdmissionStep = {
  name: 'NamespaceLifecycle',
  // Who may ask about access must not learn from the answer whether a namespace is there.
  handles: (verb, { resource, group }) =>
    verb !== 'connect' && !(group === 'authorization.k8s.io' && resource === 'localsubjectaccessreviews'),
  mutate: async (request, context) => {
    refuseImmortal(request)
    await liveNamespace(request, context)
    return undefined
  },
  validate: async (request, context) => {
    const namespace = await liveNamespace(request, context)
    if (!namespace || request.verb !== 'create') return undefined
    const { resourceVersion = '' } = namespace.metadata
    return { guards: [{ resource: NAMESPACES, namespace: '', name: request.namespace, resourceVersion }] }
  },
}

const isAboutNamespaces = ({ resource: { group, resource } }: AdmissionRequest): boolean =>
  group === '' && resource === 'namespaces'

function refuseImmortal(request: AdmissionRequest): void {
  const { verb, subresource, name } = request
  if (isAboutNamespaces(request) && verb === 'delete' && subresource === '' && IMMORTAL_NAMESPACES.has(name)) {
    throw forbidden(NAMESPACES, name, 'this namespace may not be deleted')
  }
}

/** The namespace that is written into; undefined where there is none. Throws when it is not there, or going. */
async function liveNamespace(request: AdmissionRequest, { reads }: AdmissionContext): Promise<Namespace | undefined> {
  const { namespace: name, verb } = request
  if (name === '' || verb === 'delete' || isAboutNamespaces(request)) return undefined
  const namespace = await reads.get(NAMESPACES, '', name)
  if (!namespace || !isNamespace(namespace)) throw notFound(NAMESPACES, name)
  if (verb === 'create' && namespace.status?.phase === 'Terminating') throw terminating(request)
  return namespace
}

function terminating(request: AdmissionRequest): ControlError {
  const { namespace } = request
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`
  return withCause(refusal(request, why), {
    reason: 'NamespaceTerminating',
    message: `namespace ${namespace} is being terminated`,
    field: 'metadata.namespace',
  })
}
