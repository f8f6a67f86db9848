/**
 * How the pods of a DaemonSet are updated, a few nodes at a time.
 *
 *     maxUnavailable   old pods go, as long as no more nodes than that are without an available pod
 *     maxSurge         new pods come beside old ones on so many nodes; each old one goes when its new one is available
 *
 * Source: kubernetes pkg/controller/daemon/update.go.
 */
import { scaleIntOrPercent } from '@muster/api/int-or-string.ts'
import type { DaemonSet } from '@muster/api/types/apps-v1.ts'
import type { Pod } from '@muster/api/types/core-v1.ts'
import { isUpdated } from './daemon-pod.ts'
import { type DaemonNode, type DaemonSetView, type DaemonStep, isAvailable, isLeaving, surgeMax } from './daemon-set.ts'

/** The next steps of an update; none when there is nothing to update, or nothing that may go now. */
export function updateSteps(view: DaemonSetView, nodes: readonly DaemonNode[]): readonly DaemonStep[] {
  const desired = nodes.filter(({ fit }) => fit === 'run').length
  const concerned = nodes.filter(({ fit, pods }) => fit === 'run' || pods.length > 0)
  const surge = surgeMax(view.set, desired)
  if (surge > 0) return surging(view, concerned, surge, desired)
  return replacing(view, concerned, unavailableMax(view.set, desired))
}

/** At least one where no surge was asked for: otherwise there would be no update. */
function unavailableMax({ spec }: DaemonSet, desired: number): number {
  const asked = scaleIntOrPercent(spec?.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, desired, 'up')
  return desired > 0 ? Math.max(1, asked) : asked
}

/** The pods of a node that stay; `excess` when there are two of one sort, which is put in order first. */
type OnNode = { readonly excess: true } | { readonly excess: false; readonly fresh?: Pod; readonly old?: Pod }

function podsOn({ set, hash }: DaemonSetView, { pods }: DaemonNode): OnNode {
  const staying = pods.filter((pod) => !isLeaving(pod))
  const [fresh, moreFresh] = staying.filter((pod) => isUpdated(pod, set, hash))
  const [old, moreOld] = staying.filter((pod) => !isUpdated(pod, set, hash))
  if (moreFresh || moreOld) return { excess: true }
  return { excess: false, ...(fresh ? { fresh } : {}), ...(old ? { old } : {}) }
}

const drop = (pod: Pod, node: string): DaemonStep => ({ do: 'delete', pod, node })

/** An old pod that is not available goes at once: nothing is lost by it. */
function replacing(view: DaemonSetView, nodes: readonly DaemonNode[], unavailableMax: number): readonly DaemonStep[] {
  let unavailable = 0
  const atOnce: DaemonStep[] = []
  const candidates: DaemonStep[] = []
  for (const node of nodes) {
    const on = podsOn(view, node)
    if (on.excess || (on.fresh && on.old) || (!on.fresh && !on.old)) unavailable++
    else if (on.fresh) {
      if (!isAvailable(view, on.fresh)) unavailable++
    } else if (on.old) {
      if (isAvailable(view, on.old)) candidates.push(drop(on.old, node.name))
      else {
        atOnce.push(drop(on.old, node.name))
        unavailable++
      }
    }
  }
  return [...atOnce, ...candidates.slice(0, Math.max(0, unavailableMax - unavailable))]
}

/** Where pods may be no more, those that are available go only when as many are available elsewhere. */
function surging(
  view: DaemonSetView,
  nodes: readonly DaemonNode[],
  surgeMax: number,
  desired: number,
): readonly DaemonStep[] {
  let surging = 0
  let available = 0
  const deletes: DaemonStep[] = []
  const unwanted: DaemonStep[] = []
  const atOnce: DaemonStep[] = []
  const candidates: DaemonStep[] = []
  for (const node of nodes) {
    const on = podsOn(view, node)
    if (on.excess) {
      surging++
      continue
    }
    const first = on.old ?? on.fresh
    const isFirstAvailable = first !== undefined && isAvailable(view, first)
    if (isFirstAvailable) available++
    if (!on.old) continue
    if (on.fresh) {
      if (isAvailable(view, on.fresh)) deletes.push(drop(on.old, node.name))
      else surging++
    } else if (node.fit !== 'run') (isFirstAvailable ? unwanted : deletes).push(drop(on.old, node.name))
    else (isFirstAvailable ? candidates : atOnce).push({ do: 'create', node: node.name })
  }
  return [
    ...atOnce,
    ...candidates.slice(0, Math.max(0, surgeMax - surging)),
    ...deletes,
    ...unwanted.slice(0, Math.max(0, available - desired)),
  ]
}
