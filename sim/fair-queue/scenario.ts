/**
 * A level under load, from one seed: elephants that always have more to ask for, a mouse that asks for one thing at a
 * time, and a saver that is quiet for long and then comes with everything at once.
 *
 *     elephants ████████████████████████████████████
 *     mouse     ▂ ▂ ▂ ▂ ▂ ▂ ▂ ▂ ▂ ▂ ▂ ▂ ▂ ▂ ▂ ▂ ▂ ▂
 *     saver                       ██████████████████
 *
 * What must never be: too many seats taken; seats free while somebody could have them; a younger request before an older
 * one of the same queue; a mouse that waits longer than one round of all queues takes. What must be: everybody is served.
 */
import { between, fork, pick, type Random, seededRandom } from '@muster/base/random.ts'
import { createSchedule } from '@muster/base/schedule.ts'
import { createFairQueue, type FairQueue, SERVICE_MS_GUESS, type Turn } from '@muster/kernel/fair-queue.ts'
import { dealHand } from '@muster/kernel/shuffle-shard.ts'

/** The machine, or a mutant of it. */
export type MakeQueue = typeof createFairQueue<Ask>

/** What a simulated client asks for. */
export interface Ask {
  readonly flow: Flow
  readonly tookMs: number
  readonly number: number
}

/** Who asks. */
export interface Flow {
  readonly name: string
  readonly hand: readonly number[]
  /** How many of its requests are on their way at a time. */
  readonly depth: number
  readonly startsAtMs: number
  readonly widthMax: number
  readonly tookMsMax: number
  /** How long it thinks between two requests. */
  readonly thinkMs: number
}

/** What became of one flow. */
export interface FlowReport {
  readonly flow: Flow
  done: number
  refused: number
  longestWaitMs: number
  /** Seat-milliseconds that it had while the saver was there. */
  workAtEnd: number
}

/** What one run showed. `broken` names the promise and the moment. */
export interface Run {
  readonly broken: string | undefined
  readonly flows: ReadonlyMap<string, FlowReport>
  /** The longest that the mouse may wait. */
  readonly mouseBoundMs: number
}

const RUN_MS = 20_000
const SAVER_AT_MS = 10_000
const QUEUES = 64
const HAND = 4
const QUEUE_LENGTH_MAX = 50

/** Plays one seed against a machine. */
export function play(seed: number, make: MakeQueue = createFairQueue): Run {
  const random = seededRandom(seed)
  const seats = between(random, 2, 12)
  const elephants = between(random, 2, 5)
  const widthMax = between(random, 1, seats)
  const tookMsMax = between(random, 4, 40)
  const flows = cast(random, elephants, widthMax, tookMsMax)
  const queue = make({ queues: QUEUES, queueLengthMax: QUEUE_LENGTH_MAX, seats })
  const reports = new Map(
    flows.map((flow) => [flow.name, { flow, done: 0, refused: 0, longestWaitMs: 0, workAtEnd: 0 }]),
  )
  // One round: what is in work ends, and every busy queue has its widest and slowest request twice, one of them uncharged.
  const busy = (elephants + 1) * HAND
  const round = (2 * (busy + seats) * widthMax * Math.max(tookMsMax, SERVICE_MS_GUESS)) / seats
  const mouseBoundMs = tookMsMax + round
  const broken = run(queue, flows, reports, fork(random))
  return { broken, flows: reports, mouseBoundMs }
}

function cast(random: Random, elephants: number, widthMax: number, tookMsMax: number): Flow[] {
  const flow = (name: string, more: Partial<Flow>): Flow => ({
    name,
    hand: dealHand(between(random, 0, 2 ** 31), QUEUES, HAND),
    depth: 1,
    startsAtMs: 0,
    widthMax,
    tookMsMax,
    thinkMs: 0,
    ...more,
  })
  // The mouse and the saver have hands to themselves: what happens to who shares one is a matter of luck.
  const flows = [
    flow('mouse', { hand: [0], widthMax: 1, tookMsMax: SERVICE_MS_GUESS, thinkMs: 20 }),
    flow('saver', { hand: [1, 2, 3, 4], depth: 120, startsAtMs: SAVER_AT_MS }),
  ]
  for (let at = 0; at < elephants; at++) {
    const hand = dealHand(between(random, 0, 2 ** 31), QUEUES - 5, HAND).map((card) => card + 5)
    // Some ask for quick things and some for slow ones: what is shared is seats and time, not a number of requests.
    const quick = Math.max(2, Math.floor(tookMsMax / 5))
    flows.push(
      flow(`elephant-${at}`, {
        hand,
        depth: pick(random, [60, 120, 200]),
        tookMsMax: at % 2 === 0 ? quick : tookMsMax,
      }),
    )
  }
  return flows
}

function run(
  queue: FairQueue<Ask>,
  flows: readonly Flow[],
  reports: ReadonlyMap<string, FlowReport>,
  random: Random,
): string | undefined {
  const due = createSchedule()
  const working = new Map<string, Turn<Ask>>()
  const started = new Map<unknown, number>()
  const byName = new Map(flows.map((flow) => [flow.name, flow]))
  let asked = 0
  let broken: string | undefined

  for (const { name, depth, startsAtMs } of flows)
    for (let at = 0; at < depth; at++) due.plan(`ask ${name} ${at}`, startsAtMs + random.next())

  const ask = (key: string, now: number) => {
    const [, name = ''] = key.split(' ')
    const flow = byName.get(name)
    const report = reports.get(name)
    if (!flow || !report) return
    const request = { flow, tookMs: between(random, 1, flow.tookMsMax), number: asked++ }
    const turn = queue.offer(request, between(random, 1, flow.widthMax), flow.hand, now)
    if (turn) return
    report.refused++
    due.plan(key, now + 50)
  }
  const begin = (turn: Turn<Ask>, now: number) => {
    const { flow, tookMs, number } = turn.request
    const report = reports.get(flow.name)
    if (report) report.longestWaitMs = Math.max(report.longestWaitMs, now - turn.arrivedAtMs)
    const line = queue.lines.find(({ inWork }) => inWork.has(turn))
    if ((started.get(line) ?? -1) > number) broken ??= `at ${now} ms a younger request goes before an older one`
    started.set(line, number)
    working.set(`end ${number}`, turn)
    due.plan(`end ${number}`, now + tookMs)
  }
  const check = (now: number) => {
    const { seats } = queue.shape
    if (queue.seatsInUse > seats && queue.inWork > 1)
      broken ??= `at ${now} ms ${queue.seatsInUse} of ${seats} seats are taken`
    const widest = Math.max(...queue.lines.map(({ waiting }) => waiting[0]?.width ?? 0))
    if (queue.waiting > 0 && queue.seatsInUse + widest <= seats)
      broken ??= `at ${now} ms somebody waits while ${seats - queue.seatsInUse} seats are free`
  }
  for (let now = 0; now < RUN_MS && broken === undefined; now = due.nextDue() ?? RUN_MS) {
    for (let key = due.takeDue(now); key !== undefined; key = due.takeDue(now)) {
      const turn = working.get(key)
      if (!turn) {
        ask(key, now)
        continue
      }
      working.delete(key)
      queue.finish(turn, now)
      const { flow, tookMs, number } = turn.request
      const report = reports.get(flow.name)
      if (report) {
        report.done++
        if (now > SAVER_AT_MS + 1000) report.workAtEnd += turn.width * tookMs
      }
      due.plan(`ask ${flow.name} ${number}`, now + flow.thinkMs)
    }
    for (let turn = queue.start(now); turn; turn = queue.start(now)) begin(turn, now)
    check(now)
  }
  return broken
}

/** In words what was not as it should be; undefined when all was. */
export function judge({ broken, flows, mouseBoundMs }: Run): string | undefined {
  if (broken !== undefined) return broken
  const mouse = flows.get('mouse')
  const saver = flows.get('saver')
  const elephants = [...flows.values()].filter(({ flow }) => flow.name.startsWith('elephant'))
  if (!mouse || !saver) return 'nobody was there'
  if (mouse.longestWaitMs > mouseBoundMs)
    return `the mouse waited ${Math.round(mouse.longestWaitMs)} ms, and ${Math.round(mouseBoundMs)} ms is a round`
  if (mouse.refused > 0) return 'the mouse was refused'
  if (mouse.done < RUN_MS / (2 * mouseBoundMs)) return `the mouse was served ${mouse.done} times`
  const works = [saver, ...elephants].map(({ workAtEnd }) => workAtEnd)
  const mean = works.reduce((sum, work) => sum + work, 0) / works.length
  // Each has as many queues as the others, and asks for as much as it can get.
  for (const { flow, workAtEnd } of [saver, ...elephants]) {
    const share = workAtEnd / mean
    if (share < 0.5 || share > 1.6) return `${flow.name} had ${share.toFixed(2)} of an even share`
  }
  return undefined
}
