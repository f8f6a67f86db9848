/** Who stands beside Muster in the tables, and what to say when nobody can. */
import { findEtcd } from '../etcd/server.ts'
import type { Settings } from '../harness/settings.ts'
import type { Side } from './side.ts'

/** The sides of one bench, in the order in which they take turns. */
export interface Sides {
  readonly sides: readonly Side[]
  /** What the reader of the table must know about them. */
  readonly notes: readonly string[]
}

/** Muster, and etcd where the PATH has it. */
export function chooseSides({ engine, alone, quick }: Settings): Sides {
  const muster: Side = { side: 'muster', engine }
  const notes = [
    ...(engine === 'memory' ? ['the engine in memory keeps nothing: no durable write is measured here'] : []),
    ...(quick ? ['quick: these figures say nothing about speed'] : []),
  ]
  if (alone) return { sides: [muster], notes }
  const program = findEtcd()
  if (program === undefined) {
    return { sides: [muster], notes: [...notes, 'no etcd on the PATH: the peer is left out (Debian: etcd-server)'] }
  }
  return { sides: [muster, { side: 'etcd', program }], notes }
}
