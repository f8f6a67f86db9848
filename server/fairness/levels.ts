/**
 * The priority levels of one logical cluster: what its objects say, as gates with seats.
 *
 *     FlowSchema ──names──► PriorityLevelConfiguration ──shares──► seats of its own ──lends, borrows──► seats for now
 *
 * Every ten seconds levels that have less to do lend to those that have more, as far as their objects let them.
 * `exempt` and `catch-all` are there whether there are objects for them or not.
 * Source: apiserver pkg/util/flowcontrol/apf_controller.go, v1.36; Kubernetes KEP-1040.
 */
import type { KubeObject } from '@muster/api/object.ts'
import type { FlowSchema, PriorityLevelConfiguration, QueuingConfiguration } from '@muster/api/types/flowcontrol-v1.ts'
import { type Clock, type Duration, seconds } from '@muster/base/clock.ts'
import { assert } from '@muster/base/errors.ts'
import { createInterner, freeze } from '@muster/base/intern.ts'
import type { FairQueueShape } from '@muster/kernel/fair-queue.ts'
import { createSeatDemand, type SeatDemand, type SeatDemandMeter } from '@muster/kernel/seat-demand.ts'
import { shareOut } from '@muster/kernel/share-out.ts'
import { dealHand, hashText } from '@muster/kernel/shuffle-shard.ts'
import { flowControlObjects } from '../admission/bootstrap/flow-control.ts'
import { isKind } from '../auth/reads.ts'
import type { User } from '../auth/user.ts'
import type { RequestInfo } from '../http/request-info.ts'
import { createGate, type Gate } from './gate.ts'
import { distinguisherOf, firstFitting, inOrder } from './match.ts'
import { AT_ANY_PACE, type Pace } from './pace.ts'
import { createRetryAfter, type RetryAfter } from './retry-after.ts'

const API_VERSION = 'flowcontrol.apiserver.k8s.io/v1'
/** Tells a flow schema from other objects. */
export const isFlowSchema = isKind<FlowSchema>(API_VERSION, 'FlowSchema')
/** Tells a priority level from other objects. */
export const isPriorityLevel = isKind<PriorityLevelConfiguration>(API_VERSION, 'PriorityLevelConfiguration')

/** How a level stands: seats that it has by its shares, that it keeps, may get, and has now. */
export interface SeatLimits {
  readonly nominal: number
  readonly lower: number
  readonly upper: number
  readonly current: number
}

/** One priority level. */
export interface Level {
  readonly name: string
  readonly uid: string
  readonly isExempt: boolean
  /** Named by no object any more: it goes when the last request has gone. */
  readonly isLeaving: boolean
  readonly limits: SeatLimits
  /** The widest that a list may be here; undefined where nothing waits. */
  readonly widthMax: number | undefined
  readonly gate: Gate
  readonly retryAfter: RetryAfter
}

/** Where a request belongs. */
export interface Flow {
  readonly schema: FlowSchema
  readonly level: Level
  /** What tells it from other flows of its schema. */
  readonly distinguisher: string
  /** The queues that are its own to choose from. */
  readonly hand: readonly number[]
}

/** The levels of one logical cluster. */
export interface Levels {
  put(object: KubeObject): void
  remove(object: KubeObject): void
  flowOf(user: User, info: RequestInfo): Flow
  readonly all: ReadonlyMap<string, Level>
}

/** What levels are made with. */
export interface LevelDeps {
  readonly clock: Clock
  /** Seats of the whole server. */
  readonly seats: number
  /** Of this process: nobody outside can tell which queues a name leads to. */
  readonly salt: number
  /** How fast turns are given where they are limited at all. */
  readonly pace: Pace
}

/** How often seats are lent and borrowed anew. Source: apf_controller.go borrowingAdjustmentPeriod. */
const BORROW_EVERY: Duration = seconds(10)
/** Hands that are remembered for each level; beyond them they are dealt anew, which costs a microsecond. */
const HANDS_MAX = 10_000
/** No list is wider than this part of its level. Source: apf_controller.go priorityLevelMaxSeatsPercent. */
const WIDTH_PART = 0.15

/** What a level holds once requests have come to it. */
interface LevelLife {
  readonly gate: Gate
  readonly demand: SeatDemandMeter
  readonly retryAfter: RetryAfter
  readonly hands: Map<string, readonly number[]>
}

/** A level as it is kept: its life begins with its first request, and most levels of most clusters never see one. */
class OwnLevel implements Level {
  readonly name: string
  readonly isExempt: boolean
  uid = ''
  isLeaving = false
  limits: SeatLimits = NO_SEATS
  widthMax: number | undefined
  spec: Spec
  readonly #begin: (level: OwnLevel) => LevelLife
  #life: LevelLife | undefined

  constructor(name: string, isExempt: boolean, begin: (level: OwnLevel) => LevelLife) {
    this.name = name
    this.isExempt = isExempt
    this.#begin = begin
  }

  /** Undefined before the first request. */
  get begun(): LevelLife | undefined {
    return this.#life
  }

  get life(): LevelLife {
    this.#life ??= this.#begin(this)
    return this.#life
  }

  get gate(): Gate {
    return this.life.gate
  }

  get retryAfter(): RetryAfter {
    return this.life.retryAfter
  }

  get isIdle(): boolean {
    const { queue } = this.#life?.gate ?? {}
    return !queue || (queue.waiting === 0 && queue.inWork === 0)
  }
}

const NO_SEATS: SeatLimits = { nominal: 0, lower: 0, upper: 0, current: 0 }
const NO_DEMAND: SeatDemand = { average: 0, deviation: 0, highest: 0, smoothed: 0 }

/** The two levels and the two schemas without which no request would have a place. */
const MANDATORY: ReadonlySet<string> = new Set(['exempt', 'catch-all'])

const mandatory = flowControlObjects()
  .filter(({ metadata }) => MANDATORY.has(metadata.name ?? ''))
  .map(freeze)

/** Levels, at first the mandatory ones alone. Nothing is worked out before the first request. */
export function createLevels({ clock, seats, salt, pace }: LevelDeps): Levels {
  const schemaObjects = new Map<string, FlowSchema>()
  const levelObjects = new Map<string, PriorityLevelConfiguration>()
  const levels = new Map<string, OwnLevel>()
  let schemas: readonly FlowSchema[] = []
  let borrowedAt = clock.elapsed()

  let isDigested = false
  const begin = (level: OwnLevel): LevelLife => {
    const demand = createSeatDemand(clock.elapsed())
    const gate = createGate(shapeOf(level), clock, level.isExempt ? AT_ANY_PACE : pace, () =>
      demand.set(gate.queue.seatsInUse + gate.queue.seatsWaiting, clock.elapsed()),
    )
    return { gate, demand, retryAfter: createRetryAfter(), hands: new Map() }
  }

  /** Takes all objects in anew. */
  const digest = () => {
    isDigested = true
    const wanted = new Map(levelObjects)
    for (const object of mandatory) {
      const name = object.metadata.name ?? ''
      if (isPriorityLevel(object) && !wanted.has(name)) wanted.set(name, object)
    }
    for (const [name, { metadata, spec }] of wanted) {
      const level = levels.get(name) ?? new OwnLevel(name, spec?.type === 'Exempt', begin)
      levels.set(name, level)
      level.uid = metadata.uid ?? ''
      level.isLeaving = false
      const isReshaped = JSON.stringify(queuingOf(level.spec)) !== JSON.stringify(queuingOf(spec))
      level.spec = spec
      if (isReshaped) level.begun?.hands.clear()
    }
    for (const [name, level] of levels) {
      if (wanted.has(name)) continue
      level.isLeaving = true
      if (level.isIdle) levels.delete(name)
    }
    const own = mandatory.filter(isFlowSchema).filter(({ metadata }) => !schemaObjects.has(metadata.name ?? ''))
    // What names a level that is not there is passed over: its status says so.
    schemas = inOrder([...schemaObjects.values(), ...own]).filter(({ spec }) =>
      wanted.has(spec?.priorityLevelConfiguration.name ?? ''),
    )
    limit()
    borrow()
  }
  /** What each has by its shares. */
  const limit = () => {
    const all = [...levels.values()]
    const sum = all.reduce((shares, { spec }) => shares + sharesOf(spec), 0)
    for (const level of all) {
      const { spec } = level
      const nominal = sum === 0 ? 0 : Math.ceil((seats * sharesOf(spec)) / sum)
      const lent = Math.round((nominal * ((spec?.limited ?? spec?.exempt)?.lendablePercent ?? 0)) / 100)
      const borrowing = spec?.limited?.borrowingLimitPercent ?? undefined
      const upper = nominal + (borrowing === undefined ? seats : Math.round((nominal * borrowing) / 100))
      level.limits = { nominal, lower: nominal - lent, upper, current: level.limits.current }
      const hand = queuingOf(spec)?.handSize
      level.widthMax = hand
        ? Math.max(1, Math.min(Math.ceil(nominal * WIDTH_PART), Math.floor(nominal / hand)))
        : undefined
    }
  }
  /** What each has for now, by what was wanted lately. */
  const borrow = () => {
    const now = clock.elapsed()
    borrowedAt = now
    const all = [...levels.values()].map((level) => ({ level, wanted: level.begun?.demand.look(now) ?? NO_DEMAND }))
    const nominalSum = all.reduce((sum, { level }) => sum + level.limits.nominal, 0)
    const floors = all.map(({ level: { isExempt, limits }, wanted: { highest } }) =>
      Math.max(limits.lower, isExempt ? highest : Math.min(limits.nominal, highest)),
    )
    const limited = all.map((one, at) => ({ ...one, floor: floors[at] ?? 0 })).filter(({ level }) => !level.isExempt)
    const forLimited = all.reduce((left, { level }, at) => left - (level.isExempt ? (floors[at] ?? 0) : 0), nominalSum)
    const lowerSum = limited.reduce((sum, { level }) => sum + level.limits.lower, 0)
    const floorSum = limited.reduce((sum, { floor }) => sum + floor, 0)
    // Exempt requests may have taken more than can be spared: then nobody borrows, and all go down alike.
    const part = floorSum === lowerSum ? 0 : Math.min(1, Math.max(0, (forLimited - lowerSum) / (floorSum - lowerSum)))
    const { shares } = shareOut(
      nominalSum,
      limited.map(({ level, wanted, floor }) => ({
        target: Math.max(floor, wanted.smoothed),
        low: floor,
        high: level.limits.upper,
      })),
    )
    for (const [at, { level, floor }] of limited.entries()) {
      const { lower, nominal } = level.limits
      const share = Math.round(forLimited > floorSum ? (shares[at] ?? floor) : lower + (floor - lower) * part)
      // On a small server rounding may leave nothing, and who has no seat shows no demand but by waiting in vain.
      const current = Math.max(share, nominal > 0 ? 1 : 0)
      level.limits = { ...level.limits, current }
      level.begun?.gate.reshape(shapeOf(level))
    }
    for (const [at, { level }] of all.entries()) {
      if (!level.isExempt) continue
      level.limits = { ...level.limits, current: floors[at] ?? 0 }
      level.begun?.gate.reshape(shapeOf(level))
    }
  }
  const handOf = (level: OwnLevel, schema: string, distinguisher: string): readonly number[] => {
    const { queues = 0, handSize = 0 } = queuingOf(level.spec) ?? {}
    if (queues <= 1) return ONLY_QUEUE
    const flow = `${schema}\0${distinguisher}`
    const { hands } = level.life
    const known = hands.get(flow)
    if (known) return known
    if (hands.size >= HANDS_MAX) hands.clear()
    const hand = dealHand(hashText(flow, salt), queues, handSize)
    hands.set(flow, hand)
    return hand
  }
  return {
    get all() {
      if (!isDigested) digest()
      return levels
    },
    put(object) {
      const metadata = identityOf(object)
      if (isFlowSchema(object)) {
        const { apiVersion, kind, spec } = object
        schemaObjects.set(metadata.name, { apiVersion, kind, metadata, ...(spec && { spec: intern(spec) }) })
      } else if (isPriorityLevel(object) && isWhole(object)) {
        const { apiVersion, kind, spec } = object
        levelObjects.set(metadata.name, { apiVersion, kind, metadata, ...(spec && { spec: intern(spec) }) })
      } else return
      if (isDigested) digest()
    },
    remove(object) {
      const from = isFlowSchema(object) ? schemaObjects : levelObjects
      if (from.delete(object.metadata.name ?? '') && isDigested) digest()
    },
    flowOf(user, info) {
      if (!isDigested) digest()
      if (clock.elapsed() - borrowedAt >= BORROW_EVERY) borrow()
      const schema = firstFitting(schemas, user, info) ?? schemas.find(({ metadata }) => metadata.name === 'catch-all')
      assert(schema, 'the schema catch-all is always there')
      const level = levels.get(schema.spec?.priorityLevelConfiguration.name ?? '')
      assert(level, 'schemas whose level is not there were passed over')
      const distinguisher = distinguisherOf(schema, user, info)
      return { schema, level, distinguisher, hand: handOf(level, schema.metadata.name ?? '', distinguisher) }
    },
  }
}

const ONLY_QUEUE: readonly number[] = [0]

type Spec = PriorityLevelConfiguration['spec']

const queuingOf = (spec: Spec): QueuingConfiguration | undefined => spec?.limited?.limitResponse?.queuing

const sharesOf = (spec: Spec): number =>
  (spec?.limited
    ? (spec.limited.nominalConcurrencyShares ?? SHARES_DEFAULT)
    : spec?.exempt?.nominalConcurrencyShares) ?? 0

/** Source: kubernetes pkg/apis/flowcontrol/v1 defaults. */
const SHARES_DEFAULT = 30

function shapeOf({ isExempt, spec, limits }: OwnLevel): FairQueueShape {
  if (isExempt) return { queues: 0, queueLengthMax: 0, seats: Number.POSITIVE_INFINITY }
  const { queues = 0, queueLengthLimit = 0 } = queuingOf(spec) ?? {}
  return { queues, queueLengthMax: queueLengthLimit, seats: limits.current }
}

/** What objects say is kept once for all clusters in which they say the same. */
const intern = createInterner()

/** Who an object is, which is all that is read of its metadata. */
const identityOf = ({ metadata: { name = '', uid = '' } }: KubeObject) => ({ name, uid })

/** Admission sees to it; an object that somebody put into the store by hand is passed over. */
function isWhole({ metadata, spec }: PriorityLevelConfiguration): boolean {
  const isExempt = spec?.type === 'Exempt'
  return isExempt === (metadata.name === 'exempt') && (isExempt || spec?.limited?.limitResponse !== undefined)
}
