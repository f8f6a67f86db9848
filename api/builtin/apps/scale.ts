/** Where the kinds of apps keep what a Scale says. */
import type { ScaleSubresource } from '../../kind.ts'

/** The scale of whatever has replicas chosen by a LabelSelector. */
export const SCALE: ScaleSubresource = {
  replicasPath: '.spec.replicas',
  statusReplicasPath: '.status.replicas',
  selectorPath: '.spec.selector',
}
