/** `kubectl muster changes`: what happened in some time, by who did it and what came of it. */
import type { DigestCount, DigestGroup } from '@muster/api/history/digest.ts'
import type { ChangeDigest } from '@muster/server/history/changes-between.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { text } from '../terminal/language.ts'
import { visible } from '../terminal/width.ts'
import { type PastContext, printPlain, query } from './context.ts'
import { changeLines, surety, writer } from './words.ts'

/** Which time, and where. */
export interface ChangesAsked {
  readonly since: string
  readonly until?: string
  /** Patterns of names of clusters, with commas between. */
  readonly in?: string
  readonly namespace?: string
  /** Groups that are printed. */
  readonly limit: number
}

/** Prints the digest of it. */
export async function changes(context: PastContext, asked: ChangesAsked): Promise<ExitCode> {
  const { terminal, kubectl } = context
  const asks = query({ from: asked.since, to: asked.until, clusters: asked.in, namespace: asked.namespace })
  // The server has answered with a digest, whose form is its own.
  const digest = (await kubectl.get(`/changes${asks}`)) as ChangeDigest
  if (printPlain(context, digest)) return EXIT.ok
  const { data, say } = terminal
  const { groups, clusters } = digest
  const span = `${short(digest.from)} – ${short(digest.to)}`
  if (digest.writes === 0) {
    data.line(say(text(`nothing was written, ${span}`, `${span} 期间没有任何写入`)))
    return EXIT.ok
  }
  const where =
    clusters.length > 1 ? text(` in ${clusters.length} clusters`, `，涉及 ${clusters.length} 个集群`) : text('', '')
  const told = groups.length + digest.moreGroups
  data.line(
    `${data.colors.bold(say(text(`${told} changes`, `${told} 项变化`)))}${say(where)}  ${data.colors.dim(span)}  ${data.colors.dim(
      say(text(`${digest.writes} writes`, `${digest.writes} 次写入`)),
    )}`,
  )
  for (const group of groups.slice(0, asked.limit))
    for (const line of groupLines(context, group, clusters.length > 1)) data.line(line)
  const more = told - Math.min(groups.length, asked.limit)
  if (more > 0) data.line(data.colors.dim(say(text(`… and ${more} more (--limit)`, `……另有 ${more} 项（--limit）`))))
  if (digest.firstSights > 0) {
    const seen = text(
      `and ${digest.firstSights} objects that were there when their mirror began`,
      `另有 ${digest.firstSights} 个对象在镜像开始时已经存在`,
    )
    data.line(data.colors.dim(say(seen)))
  }
  if (digest.reports.length > 0) data.line(reportLine(context, digest))
  if (digest.cutAt) {
    const cut = text(
      `more was written than one digest takes: this ends at ${short(digest.cutAt)}; ask for a shorter time, or --in fewer clusters`,
      `写入过多，摘要止于 ${short(digest.cutAt)}；请缩短时间，或用 --in 限定集群`,
    )
    terminal.notes.line(`${terminal.notes.colors.yellow(terminal.glyphs.degraded)} ${say(cut)}`)
  }
  return EXIT.ok
}

/** One group: who and what, what it changed, what came of it. */
function groupLines({ terminal }: PastContext, group: DigestGroup, withClusters: boolean): string[] {
  const { data, glyphs, say } = terminal
  const { colors } = data
  const { object, by, change, clusters, first, last, writes } = group
  const named = colors.bold(`${object.resource}/${visible(object.name)}`)
  const home = object.namespace === '' ? '' : colors.dim(` in ${visible(object.namespace)}`)
  const times = writes > 1 ? colors.dim(`  ×${writes}`) : ''
  const span = colors.dim(short(first) === short(last) ? short(first) : `${short(first)} – ${short(last)}`)
  const tint = change === 'deleted' ? colors.red : change === 'created' ? colors.green : colors.cyan
  const head = `${span}  ${named}${home}  ${tint(change)}${times}  by ${writer(by)}`
  const clustersSaid = clusters.slice(0, CLUSTERS_MAX).join(' ')
  const moreClusters = clusters.length > CLUSTERS_MAX ? ` … (${clusters.length})` : ''
  return [
    head,
    ...(withClusters ? [`    ${say(text('in', '于'))} ${clustersSaid}${moreClusters}`] : []),
    ...(change === 'led to'
      ? [`    ${colors.dim(say(text('what led to it lies before this time', '起因早于这段时间')))}`]
      : [`    ${visible(by.reason)}${surety(by, colors)}`]),
    ...changeLines(group, colors, glyphs.arrow).map((line) => `    ${line}`),
    ...(group.consequences.length > 0
      ? [`    ${glyphs.arrow} ${group.consequences.slice(0, COUNTS_MAX).map(countWords).join(', ')}`]
      : []),
  ]
}

/** Clusters and resources that are named on a line. */
const CLUSTERS_MAX = 12
const COUNTS_MAX = 6

function countWords({ resource, created, updated, deleted }: DigestCount): string {
  const parts = [
    created > 0 ? `${created} created` : '',
    updated > 0 ? `${updated} updated` : '',
    deleted > 0 ? `${deleted} deleted` : '',
  ].filter((part) => part !== '')
  return `${resource} ${parts.join(' ')}`
}

function reportLine({ terminal }: PastContext, { reports }: ChangeDigest): string {
  const { colors } = terminal.data
  const sum = reports.reduce((all, { writes }) => all + writes, 0)
  const named = reports.slice(0, REPORTERS_MAX).map(({ user, writes }) => `${visible(user)} ${writes}`)
  const more = reports.length > REPORTERS_MAX ? ', …' : ''
  const said = terminal.say(text(`and ${sum} reports that change nothing`, `另有 ${sum} 次仅报告状态的写入`))
  return colors.dim(`${said}: ${named.join(', ')}${more}`)
}

const REPORTERS_MAX = 5

/** `2026-11-24 13:41:07Z`. */
const short = (time: string): string => time.replace('T', ' ').replace(/\.\d+Z$/, 'Z')
