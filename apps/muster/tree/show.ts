/** How a tree is shown that changes: in its place, or a line for each change; and as data. */
import type { Health } from '@muster/api/health/health.ts'
import { healthOf } from '@muster/api/health/health-of.ts'
import type { JsonObject, KubeObject } from '@muster/api/object.ts'
import { timestamp } from '@muster/api/time.ts'
import type { Instant } from '@muster/base/clock.ts'
import type { PastContext } from '../past-commands/context.ts'
import { visible } from '../terminal/width.ts'
import { type Branch, membersOf } from './forest.ts'
import { infoOf, statusWord, treeLines } from './lines.ts'

/** In the place of what was shown last; what the screen has no room for is counted. */
export function onScreen({ terminal, clock }: PastContext, all: boolean): (found: Branch) => void {
  let drawn = 0
  return (found: Branch) => {
    const room = terminal.rows - 1
    const lines = treeLines(found, { terminal, now: clock.now(), all })
    const shown = lines.length > room ? [...lines.slice(0, room - 1), `… ${lines.length - room + 1}`] : lines
    const back = drawn === 0 ? '' : `\x1b[${drawn}A\x1b[J`
    terminal.data.bytes(Buffer.from(`${back}${shown.join('\n')}\n`))
    drawn = shown.length
  }
}

/** A line for each object whose state is another than it was: `12:03:11  pods/web-x1  ◌ Progressing → ✔ Healthy  1/1 ready`. */
export function inLines({ terminal, clock, output }: PastContext): (found: Branch) => void {
  let last = new Map<string, Told>()
  return (found: Branch) => {
    const now = clock.now()
    const next = new Map([...membersOf(found)].map((object) => [object.metadata.uid ?? '', toldOf(object)]))
    for (const [uid, { object }] of last) {
      if (!next.has(uid)) say({ object, health: GONE }, last.get(uid)?.health, now)
    }
    for (const [uid, told] of next) {
      const before = last.get(uid)?.health
      if (before?.is !== told.health.is || before.why !== told.health.why) say(told, before, now)
    }
    last = next
  }

  function say({ object, health }: Told, before: Health | undefined, now: Instant): void {
    const time = timestamp(now)
    if (output === 'text') terminal.data.line(`${time}  ${sentence({ object, health }, before, now)}`.trimEnd())
    else terminal.data.line(JSON.stringify({ time, ...toJson({ object, branches: [] }, health) }))
  }

  function sentence({ object, health }: Told, before: Health | undefined, now: Instant): string {
    const from = before && before.is !== health.is ? `${statusWord(before, terminal)} ${terminal.glyphs.arrow} ` : ''
    const named = `${object.kind}/${visible(object.metadata.name ?? '')}`
    return [named, from + statusWord(health, terminal), infoOf(object, health, now)].join('  ')
  }
}

interface Told {
  readonly object: KubeObject
  readonly health: Health
}

const toldOf = (object: KubeObject): Told => ({ object, health: healthOf(object) })
const GONE: Health = { is: 'Absent', why: 'gone' }

/** For programs: names, states, and what is below; of the objects themselves nothing more. */
export function toJson({ object, branches }: Branch, health: Health = healthOf(object)): JsonObject {
  const { namespace, name = '', uid = '' } = object.metadata
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    uid,
    health: { ...health },
    ...(branches.length === 0 ? {} : { owned: branches.map((branch) => toJson(branch)) }),
  }
}
