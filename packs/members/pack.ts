/** Clusters that a hub knows of, and what is written down of them. */
import type { Pack } from '@muster/runtime/pack.ts'
import { type MembersDeps, membersController } from './controller.ts'
import { ClusterKind } from './types.ts'

/** Members. */
export const membersPack: Pack<MembersDeps> = {
  name: 'members',
  kinds: [ClusterKind],
  controllers: [membersController],
}
