/**
 * The question that a webhook is asked. Source: kubernetes admission.k8s.io/v1 AdmissionReview; apiserver
 * pkg/admission/plugin/webhook/request.
 */
import type { AdmissionRequest } from '../admission.ts'
import { operationOf, resourceOf } from '../match-rules.ts'
import type { RequestHooks } from './access.ts'
import { type Invocation, nameOf } from './match.ts'

/** Versions of AdmissionReview that are spoken; they differ in their name, and in how an answer is checked. */
export const REVIEW_VERSIONS = ['v1', 'v1beta1'] as const
/** See {@link REVIEW_VERSIONS}. */
export type ReviewVersion = (typeof REVIEW_VERSIONS)[number]

/** The first of the versions that the webhook takes which is spoken here. */
export const reviewVersionOf = ({ hook }: Invocation): ReviewVersion | undefined =>
  hook.webhook.admissionReviewVersions.flatMap((said) => REVIEW_VERSIONS.filter((known) => known === said))[0]

/** The review; its objects are in the form that the webhook asked for. */
export function reviewOf(
  { form }: Invocation,
  request: AdmissionRequest,
  { formOf, options }: Pick<RequestHooks, 'formOf' | 'options'>,
  version: ReviewVersion,
  uid: string,
): object {
  const asked = formOf(resourceOf(request))
  const { user, subresource, verb, dryRun } = request
  const name = nameOf(request)
  // A namespace is in itself.
  const isNamespace = request.resource.group === '' && request.resource.resource === 'namespaces'
  const namespace = request.namespace || (isNamespace ? name : '')
  return {
    kind: 'AdmissionReview',
    apiVersion: `admission.k8s.io/${version}`,
    request: {
      uid,
      kind: form.kind,
      resource: form.resource,
      ...(subresource ? { subResource: subresource } : {}),
      requestKind: asked.kind,
      requestResource: asked.resource,
      ...(subresource ? { requestSubResource: subresource } : {}),
      ...(name ? { name } : {}),
      ...(namespace ? { namespace } : {}),
      operation: operationOf(request),
      userInfo: {
        username: user.username,
        ...(user.uid ? { uid: user.uid } : {}),
        ...(user.groups.length > 0 ? { groups: user.groups } : {}),
        ...(user.extra && Object.keys(user.extra).length > 0 ? { extra: user.extra } : {}),
      },
      object: 'object' in request ? form.show(request.object) : null,
      oldObject: 'old' in request ? form.show(request.old) : null,
      dryRun,
      options: verb === 'connect' ? null : options,
    },
  }
}
