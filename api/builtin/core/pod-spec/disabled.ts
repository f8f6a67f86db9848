/** Fields of features that Kubernetes has off: whoever sets them is as one who did not. Source: kubernetes pkg/api/pod dropDisabledFields. */
import type { PodSpec, PodTemplateSpec } from '../../../types/core-v1.ts'
import { allContainers } from './containers.ts'

/** Takes out of a spec what is off: stop signals, scheduling groups, projected certificates and bundles. */
export function dropDisabled(spec: PodSpec | undefined): void {
  if (!spec) return
  delete spec.schedulingGroup
  for (const { lifecycle } of allContainers(spec)) delete lifecycle?.stopSignal
  for (const source of (spec.volumes ?? []).flatMap(({ projected }) => projected?.sources ?? [])) {
    delete source.clusterTrustBundle
    delete source.podCertificate
  }
}

/** The same of a template. */
export const dropDisabledOfTemplate = (template: PodTemplateSpec | undefined): void => dropDisabled(template?.spec)
