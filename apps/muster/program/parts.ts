/** Which parts a control plane is made of, besides its API: the one place where they are put together. */

import type { Part } from '../control-plane/part.ts'
import { DEMO_MEMBERS, type Member } from '../fleet/members.ts'

/** What was asked for. */
export interface PartWishes {
  readonly demo: boolean
  /** The clusters whose nodes are on this machine. */
  readonly members: readonly Member[]
}

/** The parts, in the order in which they start. */
export async function partsFor({ demo, members }: PartWishes): Promise<readonly Part[]> {
  if (members.length === 0) return []
  const { shop } = await import('../demo/shop.ts')
  const { fleetPart } = await import('../fleet/part.ts')
  const fleet = fleetPart(members, async () => shop.images())
  if (!demo) return [fleet]
  const { demoPart } = await import('../demo/part.ts')
  return [fleet, demoPart(shop, members[0]?.cluster ?? 'default')]
}

/** Every part that may have left something behind. */
export const allParts = (): Promise<readonly Part[]> => partsFor({ demo: true, members: DEMO_MEMBERS })
