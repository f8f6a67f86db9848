/**
 * Stands for a Lease of coordination.k8s.io, as client-go does: the election of a hub that knows no other. Whoever finds
 * the Lease unchanged for its whole length takes it. No fence goes with that.
 * Source: client-go tools/leaderelection.
 */
import type { Lease } from '@muster/api/types/coordination-v1.ts'
import type { Clock, Duration } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import { newId } from '@muster/base/ids.ts'
import type { Random } from '@muster/base/random.ts'
import type { Client } from '@muster/client/client.ts'
import type { ResourceRef } from '@muster/client/resource-ref.ts'
import type { SeatSettings } from './candidate-seat.ts'
import type { Seat } from './elect.ts'

const LEASES: ResourceRef<Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
}

/** As client-go's defaults have it: a lease of 15 s is looked at each 2 s. */
const LOOKS_PER_SESSION = 7.5

/** A seat. The Lease has the name of the election. */
export function leaseSeat(client: Client, clock: Clock, random: Random, settings: SeatSettings): Seat {
  const { namespace, election: name, session } = settings
  const identity = `${settings.identity}_${newId(random)}`
  const leases = client.resource(LEASES)
  /** What was seen last, and since when it has been so by this process's own clock. */
  let observed = { version: '', at: clock.elapsed() }

  const specOf = (before: Lease['spec']): NonNullable<Lease['spec']> => {
    const now = microTime(clock)
    const isMine = before?.holderIdentity === identity
    return {
      ...before,
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(session / 1000),
      renewTime: now,
      acquireTime: isMine ? (before?.acquireTime ?? now) : now,
      leaseTransitions: before === undefined ? 0 : (before.leaseTransitions ?? 0) + (isMine ? 0 : 1),
    }
  }
  const take = async (current: Lease | undefined): Promise<Lease | undefined> => {
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', spec: specOf(current?.spec) } as const
    try {
      return current
        ? await leases.update({ ...current, ...lease })
        : await leases.create({ ...lease, metadata: { namespace, name } })
    } catch (error) {
      if (hasCode(error, 'Conflict') || hasCode(error, 'AlreadyExists')) return undefined
      throw error
    }
  }

  return {
    session,
    renewEvery: Math.floor(session / LOOKS_PER_SESSION) as Duration,
    async renew() {
      const current = await leases.find({ namespace, name })
      const { resourceVersion: version = '' } = current?.metadata ?? {}
      if (version !== observed.version) observed = { version, at: clock.elapsed() }
      const { holderIdentity: holder = '', leaseDurationSeconds = 0 } = current?.spec ?? {}
      const isOver = clock.elapsed() - observed.at >= leaseDurationSeconds * 1000
      if (holder !== '' && holder !== identity && !isOver) return undefined
      const taken = await take(current)
      if (!taken) return undefined
      observed = { version: taken.metadata.resourceVersion ?? '', at: clock.elapsed() }
      return { term: `${identity}/${taken.spec?.leaseTransitions ?? 0}`, headers: {} }
    },
    changed: (signal) =>
      new Promise((resolve) => {
        if (signal.aborted) resolve()
        else signal.addEventListener('abort', () => resolve(), { once: true })
      }),
    async resign() {
      const current = await leases.find({ namespace, name })
      if (current?.spec?.holderIdentity !== identity) return
      const spec = { ...current.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime(clock) }
      await leases.update({ ...current, spec })
    },
  }
}

/** As Go writes a MicroTime, and reads no other. */
const microTime = (clock: Clock): string => new Date(clock.now()).toISOString().replace('Z', '000Z')
