/** A tree as it is written for people: a line for each object, with its state, and of many that are well only a few. */
import { humanDuration } from '@muster/api/duration.ts'
import type { Health, HealthWord } from '@muster/api/health/health.ts'
import { healthOf } from '@muster/api/health/health-of.ts'
import type { KubeObject } from '@muster/api/object.ts'
import type { Pod } from '@muster/api/types/core-v1.ts'
import type { Glyphs } from '../terminal/glyphs.ts'
import { tableLines } from '../terminal/table.ts'
import type { Channel, Terminal } from '../terminal/terminal.ts'
import { visible } from '../terminal/width.ts'
import { type Branch, membersOf } from './forest.ts'

/** How a tree is written. */
export interface Drawing {
  readonly terminal: Terminal
  /** In milliseconds. */
  readonly now: number
  /** Nothing is left out. */
  readonly all: boolean
}

/** Of one kind below one object, so many that are well are shown; the others are counted. */
const SHOWN_OF_A_KIND = 5

/** A head line, and a line for each object. */
export function treeLines(tree: Branch, drawing: Drawing): string[] {
  const { terminal } = drawing
  const rows: Row[] = []
  draw(tree, { first: '', next: '' }, drawing, rows)
  const cells = rows.map(({ name, kind, health, age, info }) => [name, kind, statusWord(health, terminal), age, info])
  const [head = '', ...lines] = tableLines(['NAME', 'KIND', 'STATUS', 'AGE', 'INFO'], cells, terminal.columns)
  return [terminal.data.colors.bold(head), ...lines.map((line, at) => tinted(line, rows[at]?.health, terminal))]
}

/** Of what cannot go on by itself, why: whole, since a table may have no room for it. */
export function troubleLines(tree: Branch, { terminal, now }: Drawing): string[] {
  const stuck = [...membersOf(tree)].flatMap((object) => {
    const health = healthOf(object)
    if (health.is !== 'Degraded' && health.is !== 'Failed') return []
    return [`${terminal.glyphs[GLYPH_OF[health.is]]} ${named(object)}: ${infoOf(object, health, now)}`]
  })
  const more = stuck.length - TOLD_OF_TROUBLE
  return stuck.length === 0 ? [] : ['', ...stuck.slice(0, TOLD_OF_TROUBLE), ...(more > 0 ? [`… ${more} more`] : [])]
}

const TOLD_OF_TROUBLE = 3

/** As a command names it: `pod/web-x1`. */
export const named = ({ kind, metadata }: KubeObject): string =>
  `${visible(kind.toLowerCase())}/${visible(metadata.name ?? '')}`

/** `✔ Healthy`. */
export const statusWord = (health: Health | undefined, { glyphs }: Pick<Terminal, 'glyphs'>): string =>
  health === undefined ? '' : `${glyphs[GLYPH_OF[health.is]]} ${health.is}`

/** Why it is so; where it is not well, since when; of a pod, where. */
export function infoOf(object: KubeObject, health: Health, now: number): string {
  const { nodeName } = object.kind === 'Pod' ? ((object as Pod).spec ?? {}) : {}
  const since = health.is === 'Healthy' || health.since === undefined ? '' : `(${ago(health.since, now)})`
  const where = nodeName === undefined ? '' : `on ${nodeName}`
  return [visible(health.why), since, where].filter((part) => part !== '').join(' ')
}

interface Row {
  readonly name: string
  readonly kind: string
  /** Absent for a line that counts. */
  readonly health?: Health
  readonly age: string
  readonly info: string
}

interface Indent {
  readonly first: string
  readonly next: string
}

function draw({ object, branches }: Branch, { first, next }: Indent, drawing: Drawing, rows: Row[]): void {
  const { metadata } = object
  const health = healthOf(object)
  rows.push({
    name: first + visible(metadata.name ?? ''),
    kind: visible(object.kind),
    health,
    age: metadata.creationTimestamp ? ago(metadata.creationTimestamp, drawing.now) : '',
    info: infoOf(object, health, drawing.now),
  })
  const { fork, last, through, blank } = drawing.terminal.glyphs.lines
  const shown = drawing.all ? branches.map((branch) => ({ branch })) : folded(branches)
  for (const [at, one] of shown.entries()) {
    const isLast = at === shown.length - 1
    const start = next + (isLast ? last : fork)
    if ('branch' in one) draw(one.branch, { first: start, next: next + (isLast ? blank : through) }, drawing, rows)
    else rows.push({ name: `${start}… ${one.count} more`, kind: one.kind, age: '', info: 'all healthy' })
  }
}

type Shown = { readonly branch: Branch } | { readonly kind: string; readonly count: number }

/** All that are not well, and some of those that are, in their order; after the last of a kind, how many are left out. */
function folded(branches: readonly Branch[]): Shown[] {
  const kinds = Map.groupBy(branches, ({ object }) => object.kind)
  return [...kinds].flatMap(([kind, all]) => {
    let room = SHOWN_OF_A_KIND
    const shown = all.filter((branch) => !isWell(branch) || (!isLeftOver(branch) && room-- > 0))
    const count = all.length - shown.length
    // A line that counts one takes the room of that one.
    if (count <= 1) return all.map((branch) => ({ branch }))
    return [...shown.map((branch) => ({ branch })), { kind, count }]
  })
}

/** True for what is kept for a way back, such as a ReplicaSet of an old version. */
const isLeftOver = ({ object, branches }: Branch): boolean =>
  branches.length === 0 && (object.spec as { replicas?: number } | undefined)?.replicas === 0

/** True when the whole of it is well. A pod that failed is made up for when its owner is well all the same. */
export const isWell = ({ object, branches }: Branch): boolean =>
  healthOf(object).is === 'Healthy' &&
  branches.every((branch) => isWell(branch) || (isOwnedPod(branch.object) && healthOf(branch.object).is === 'Failed'))

/** What has failed for good. Of a pod that has an owner that owner decides: it may make up for it. */
export const hasFailed = (object: KubeObject): boolean => healthOf(object).is === 'Failed' && !isOwnedPod(object)

const isOwnedPod = ({ kind, metadata }: KubeObject): boolean =>
  kind === 'Pod' && (metadata.ownerReferences ?? []).length > 0

const GLYPH_OF = {
  Healthy: 'healthy',
  Progressing: 'progressing',
  Paused: 'paused',
  Degraded: 'degraded',
  Failed: 'failed',
  Unknown: 'unknown',
  Absent: 'absent',
} as const satisfies Readonly<Record<HealthWord, keyof Glyphs>>

const COLOR_OF: Readonly<Record<HealthWord, keyof Channel['colors'] | undefined>> = {
  Healthy: undefined,
  Progressing: 'cyan',
  Paused: 'yellow',
  Degraded: 'yellow',
  Failed: 'red',
  Unknown: 'yellow',
  Absent: 'dim',
}

function tinted(line: string, health: Health | undefined, { data }: Terminal): string {
  const color = health && COLOR_OF[health.is]
  const tint = color === undefined ? undefined : data.colors[color]
  return typeof tint === 'function' ? tint(line) : line
}

const ago = (time: string, now: number): string => humanDuration(Math.max(0, now - Date.parse(time)))
