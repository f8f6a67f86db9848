/** What goes wrong in a world, and how it is put right. A fault begins when it is called; what it returns ends it. */
import { type Duration, milliseconds } from '@muster/base/clock.ts'
import { between, fork, pick, type Random } from '@muster/base/random.ts'
import type { World } from './world.ts'

/** Begins one fault and tells how to end it. */
export type Fault = (world: World, random: Random) => () => void

/** Names of parties; never none. */
export type Names = readonly [string, ...string[]]

/** kill -9 of one of these, started again at the end. */
export const kill =
  (names: Names): Fault =>
  ({ parties }, random) => {
    const party = parties.get(pick(random, names))
    party?.kill()
    return () => party?.start()
  }

/** A power cut of one of these, started again at the end. */
export const powerCut =
  (names: Names): Fault =>
  ({ parties }, random) => {
    const party = parties.get(pick(random, names))
    party?.crash()
    return () => party?.start()
  }

/** A stall of one of these: a garbage collection, a moved virtual machine, a stopped process. */
export const stall =
  (names: Names): Fault =>
  ({ parties }, random) => {
    const party = parties.get(pick(random, names))
    party?.pause()
    return () => party?.resume()
  }

/** A cut between one of these and one of those, in both directions or in one. */
export const cut =
  (names: Names, others: Names): Fault =>
  ({ network, log }, random) => {
    const [from, to] = [pick(random, names), pick(random, others)]
    const way = pick(random, ['both', 'there', 'back'])
    if (way !== 'back') network.cut(from, to)
    if (way !== 'there') network.cut(to, from)
    log('network', `cut ${from} ${{ both: '<->', there: '->', back: '<-' }[way]} ${to}`)
    return () => {
      network.mendBoth(from, to)
      log('network', `mended ${from} <-> ${to}`)
    }
  }

/** Everywhere, up to a tenth of the messages lost, a tenth doubled, and any share out of order. */
export const badWires: Fault = ({ network, log }, random) => {
  const [loss, duplication, reordering] = [random.next() / 10, random.next() / 10, random.next()]
  network.linkAll({ loss, duplication, reordering })
  log('network', `loses ${loss.toFixed(3)}, doubles ${duplication.toFixed(3)}, disorders ${reordering.toFixed(3)}`)
  return () => {
    network.linkAll({ loss: 0, duplication: 0, reordering: 0 })
    log('network', 'loses nothing')
  }
}

/** A wall clock of one of these that is wrong by up to an hour, either way. */
export const wrongClock =
  (names: Names): Fault =>
  ({ parties }, random) => {
    const party = parties.get(pick(random, names))
    party?.skew(milliseconds(between(random, -3_600_000, 3_600_000)))
    return () => party?.skew(milliseconds(0))
  }

/** Of the syncs of one of these disks, each second one fails. */
export const failingSyncs =
  (names: Names): Fault =>
  ({ disks, log }, random) => {
    const name = pick(random, names)
    disks.get(name)?.set({ syncErrors: 0.5 })
    log(name, 'fails to sync now and then')
    return () => disks.get(name)?.set({ syncErrors: 0 })
  }

/** No room left on one of these disks. */
export const fullDisk =
  (names: Names): Fault =>
  ({ disks, log }, random) => {
    const name = pick(random, names)
    const disk = disks.get(name)
    disk?.set({ capacityBytes: disk.bytes().length })
    log(name, 'is full')
    return () => disk?.set({ capacityBytes: Number.POSITIVE_INFINITY })
  }

/** How often faults begin and how long they last: both drawn from [0, 2 x mean]. They overlap. */
export interface Pace {
  readonly between: Duration
  readonly lasting: Duration
}

/** Begins faults at random until it is told to stop; then ends all that are open. */
export function trouble(world: World, faults: readonly [Fault, ...Fault[]], pace: Pace): () => void {
  const random = fork(world.random)
  const open = new Set<() => void>()
  const around = (mean: Duration) => milliseconds(between(random, 0, 2 * mean))
  let over = false
  const next = () => {
    if (over) return
    const end = pick(random, faults)(world, random)
    open.add(end)
    world.clock.after(around(pace.lasting), () => {
      if (open.delete(end)) end()
    })
    world.clock.after(around(pace.between), next)
  }
  world.clock.after(around(pace.between), next)
  return () => {
    over = true
    for (const end of open) end()
    open.clear()
  }
}
