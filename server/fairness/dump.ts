/**
 * Who waits where, as tables for people: `kubectl get --raw /debug/api_priority_and_fairness/dump_priority_levels`.
 * Source of the columns: apiserver pkg/util/flowcontrol/apf_controller_debug.go.
 */
import { isTrue } from '../http/request-info.ts'
import type { Level } from './levels.ts'

/** One of the three tables; undefined for another name. */
export function dumpOf(name: string, levels: ReadonlyMap<string, Level>, query: URLSearchParams): string | undefined {
  const all = [...levels.values()].sort((one, other) => (one.name < other.name ? -1 : 1))
  switch (name) {
    case 'dump_priority_levels':
      return table([LEVEL_COLUMNS, ...all.map(levelRow)])
    case 'dump_queues':
      return table([QUEUE_COLUMNS, ...all.flatMap(queueRows)])
    case 'dump_requests': {
      const withDetails = isTrue(query.get('includeRequestDetails'))
      const rows = [REQUEST_COLUMNS, ...all.flatMap(requestRows)]
      return table(withDetails ? rows : rows.map((row) => row.slice(0, -DETAILS)))
    }
    default:
      return undefined
  }
}

type Row = readonly (string | number | boolean)[]

const LEVEL_COLUMNS: Row = [
  'PriorityLevelName',
  'ActiveQueues',
  'IsIdle',
  'IsQuiescing',
  'WaitingRequests',
  'ExecutingRequests',
  'DispatchedRequests',
  'RejectedRequests',
  'TimedoutRequests',
  'CancelledRequests',
]

function levelRow({ name, isLeaving, gate: { queue, counts } }: Level): Row {
  const active = queue.lines.filter(({ waiting }) => waiting.length > 0).length
  const isIdle = queue.waiting === 0 && queue.inWork === 0
  const rejected = counts.full + counts['timed out'] + counts.left
  return [
    name,
    active,
    isIdle,
    isLeaving,
    queue.waiting,
    queue.inWork,
    counts.dispatched,
    rejected,
    counts['timed out'],
    counts.left,
  ]
}

const QUEUE_COLUMNS: Row = [
  'PriorityLevelName',
  'Index',
  'PendingRequests',
  'ExecutingRequests',
  'SeatsInUse',
  'SeatsWaiting',
  'WorkDone',
]

const queueRows = ({ name, gate: { queue } }: Level): Row[] =>
  queue.lines.map(({ waiting, inWork, seatsInUse, seatsWaiting, had }, at) => [
    name,
    at,
    waiting.length,
    inWork.size,
    seatsInUse,
    seatsWaiting,
    `${(had / 1000).toFixed(6)}ss`,
  ])

const REQUEST_COLUMNS: Row = [
  'PriorityLevelName',
  'FlowSchemaName',
  'QueueIndex',
  'RequestIndexInQueue',
  'FlowDistingsher',
  'Seats',
  'UserName',
  'Verb',
  'APIPath',
]
/** Columns at the end that are only for who asks for them. */
const DETAILS = 3

const requestRows = ({ name, gate: { queue } }: Level): Row[] =>
  queue.lines.flatMap(({ waiting, inWork }, at) =>
    [...waiting.entries(), ...[...inWork].map((turn) => [-1, turn] as const)].map(
      ([
        place,
        {
          width,
          request: { about },
        },
      ]) => [name, about.schema, at, place, about.flow, width, about.user, about.verb, about.path],
    ),
  )

/** Cells with a comma behind them, each column as wide as its widest: what Go's tabwriter makes of them. */
function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => row.map((cell, at) => `${cell}${at === row.length - 1 ? '' : ','}`))
  const widths = (cells[0] ?? []).map((_, at) => Math.max(8, ...cells.map((row) => (row[at] ?? '').length + 1)))
  const line = (row: readonly string[]) =>
    row.map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0))).join('')
  return `${cells.map(line).join('\n')}\n`
}
