/** The fields by which pods are chosen. Source: kubernetes pkg/registry/core/pod ToSelectableFields. */
import type { Pod } from '../../../types/core-v1.ts'

const READ: Readonly<Record<string, (pod: Pod) => string | undefined>> = {
  'spec.nodeName': ({ spec }) => spec?.nodeName,
  'spec.restartPolicy': ({ spec }) => spec?.restartPolicy,
  'spec.schedulerName': ({ spec }) => spec?.schedulerName,
  'spec.serviceAccountName': ({ spec }) => spec?.serviceAccountName,
  'spec.hostNetwork': ({ spec }) => String(spec?.hostNetwork ?? false),
  'status.phase': ({ status }) => status?.phase,
  'status.podIP': ({ status }) => status?.podIPs?.[0]?.ip,
  'status.podIPs': ({ status }) => status?.podIPs?.[0]?.ip,
  'status.nominatedNodeName': ({ status }) => status?.nominatedNodeName,
}

/** Their names. */
export const POD_FIELDS: readonly string[] = Object.keys(READ)

/** The value of one; empty when it is not set. */
export const fieldOfPod = (pod: Pod, field: string): string => READ[field]?.(pod) ?? ''
