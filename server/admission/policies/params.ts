/** The parameters of a policy: objects that a binding names or selects. Source: apiserver pkg/admission/plugin/policy/generic/policy_dispatcher.go CollectParams. */
import type { KubeObject } from '@muster/api/object.ts'
import { filterOfSelector } from '@muster/api/selector/label-selector.ts'
import { matchesLabels } from '@muster/api/selector/labels.ts'
import type { ParamKind, ParamRef } from '@muster/api/types/admissionregistration-v1.ts'
import type { ClusterResources, Served } from '../../registry/registry.ts'
import { fromStored } from '../../resources/versions.ts'
import type { AdmissionReads, ObjectGuard } from '../admission.ts'

/** What was found; null stands for a policy that is asked without any. */
export type Params =
  | { readonly params: readonly (KubeObject | null)[]; readonly guards: readonly ObjectGuard[] }
  | { readonly why: string }

const WITHOUT: Params = { params: [null], guards: [] }

/** Looks up the parameters that a binding gives to a policy, for a request in this namespace. */
export async function collectParams(
  kind: ParamKind | undefined,
  ref: ParamRef | undefined,
  namespace: string,
  { reads, resources }: { readonly reads: AdmissionReads; readonly resources: ClusterResources },
): Promise<Params> {
  if (!kind || !ref) return WITHOUT
  const served = findKind(resources, kind)
  if (!served) return { why: `paramKind kind \`${kind.apiVersion}, Kind=${kind.kind}\` not known` }
  const isNamespaced = served.kind.scope === 'Namespaced'
  if (!isNamespaced && ref.namespace) {
    return { why: 'paramRef.namespace must not be provided for a cluster-scoped `paramKind`' }
  }
  const where = isNamespaced ? ref.namespace || namespace : ''
  if (isNamespaced && where === '') {
    return { why: 'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources' }
  }
  const { group, plural, storage } = served.kind
  const resource = storage ? { group: storage.group, resource: storage.plural } : { group, resource: plural }
  const found = ref.name
    ? [await reads.get(resource, where, ref.name)].flatMap((one) => one ?? [])
    : (await reads.list(resource, where)).filter(({ metadata }) =>
        matchesLabels(filterOfSelector(ref.selector), metadata.labels),
      )
  if (found.length === 0 && ref.parameterNotFoundAction === 'Deny') {
    return { why: 'no params found for policy binding with `Deny` parameterNotFoundAction' }
  }
  // What is named must still be so at the commit; a selection may be as old as it is in Kubernetes.
  const guards = ref.name
    ? found.map(({ metadata: { name = '', resourceVersion = '' } }) => ({
        resource,
        namespace: where,
        name,
        resourceVersion,
      }))
    : []
  return { params: found.map((one) => fromStored(served, one)), guards }
}

/** What the logical cluster serves under this version and kind. */
export function findKind(resources: ClusterResources, { apiVersion = '', kind }: ParamKind): Served | undefined {
  const slash = apiVersion.indexOf('/')
  const [group, version] = slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)]
  return resources
    .groups()
    .find(({ name }) => name === group)
    ?.versions.find(({ name }) => name === version)
    ?.resources.find((served) => served.kind.kind === kind)
}
