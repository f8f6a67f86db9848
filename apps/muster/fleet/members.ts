/** The member clusters that `muster up --demo` starts: logical clusters whose nodes are agents on this machine. */

/** One member. */
export interface Member {
  /** The logical cluster. */
  readonly cluster: string
  readonly region: string
  /** The zone of each node. */
  readonly zones: readonly string[]
}

/** Three clusters in two regions. */
export const DEMO_MEMBERS: readonly Member[] = [
  { cluster: 'cn-sh-1', region: 'cn-east', zones: ['cn-east-a', 'cn-east-b', 'cn-east-c'] },
  { cluster: 'cn-sh-2', region: 'cn-east', zones: ['cn-east-a', 'cn-east-b', 'cn-east-c'] },
  { cluster: 'us-w-1', region: 'us-west', zones: ['us-west-a', 'us-west-b', 'us-west-c'] },
]

/** The nodes of a member, by name: `cn-sh-1-n1`. */
export const nodesOf = ({ cluster, zones }: Member): readonly { readonly name: string; readonly zone: string }[] =>
  zones.map((zone, at) => ({ name: `${cluster}-n${at + 1}`, zone }))
