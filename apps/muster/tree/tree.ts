/**
 * `kubectl muster tree`: an object, all that is its own, and in what state each is; once, live, or until all is well.
 * Against any Kubernetes: nothing of it needs a server of Muster.
 */
import { humanDuration } from '@muster/api/duration.ts'
import { healthOf } from '@muster/api/health/health-of.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { type Duration, type Instant, seconds } from '@muster/base/clock.ts'
import { isControlError } from '@muster/base/errors.ts'
import { noLog } from '@muster/base/log.ts'
import { systemRandom } from '@muster/base/system.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { type PastContext, printPlain } from '../past-commands/context.ts'
import { asTrouble } from '../past-commands/kubectl.ts'
import type { Target } from '../past-commands/target.ts'
import { inCommand } from '../past-commands/words.ts'
import { interruption } from '../signals.ts'
import { same, text } from '../terminal/language.ts'
import { visible } from '../terminal/width.ts'
import { trouble } from '../trouble.ts'
import { membersOf } from './forest.ts'
import { hasFailed, infoOf, isWell, named, treeLines, troubleLines } from './lines.ts'
import { type Looking, look } from './look.ts'
import { inLines, onScreen, toJson } from './show.ts'

/** How it is looked at. */
export interface TreeFlags {
  readonly watch?: true
  /** Ends once the whole tree is well, or some part of it has failed. */
  readonly wait?: true
  /** Of `wait`, in seconds. */
  readonly timeout: number
  /** Nothing is left out. */
  readonly all?: true
}

/** Shows it. With `wait`: 0 once all is well, 2 when something has failed, 3 when it took too long. */
export async function tree(context: PastContext, target: Target, flags: TreeFlags): Promise<ExitCode> {
  const { kubectl, terminal, clock } = context
  const { type, namespace, name } = target
  const over = new AbortController()
  const signal = AbortSignal.any([over.signal, interruption()])
  const [version = '', group = ''] = type.apiVersion.split('/').reverse()
  const root = { group, version, kind: type.kind, plural: type.plural, namespaced: type.namespaced }
  const looked = { connection: await kubectl.connection(), root, namespace, name }
  try {
    const looking = await look(looked, { clock, random: systemRandom, log: noLog }, signal)
    if (flags.watch || flags.wait) return await follow(context, target, looking, flags, signal)
    const { tree: found, hidden } = await looking.sight()
    if (!printPlain(context, toJson(found))) {
      const drawing = { terminal, now: clock.now(), all: flags.all ?? false }
      for (const line of [...treeLines(found, drawing), ...troubleLines(found, drawing)]) terminal.data.line(line)
    }
    sayHidden(context, hidden)
    return EXIT.ok
  } catch (error) {
    throw isControlError(error) ? asTrouble(error) : error
  } finally {
    over.abort()
  }
}

function sayHidden({ terminal }: PastContext, hidden: readonly string[]): void {
  for (const one of hidden) terminal.notes.line(`${terminal.say(text('not shown', '未显示'))}: ${visible(one)}`)
}

/** Shows it again whenever something has changed: on a screen in its place, elsewhere a line for each change. */
async function follow(
  context: PastContext,
  target: Target,
  looking: Looking,
  flags: TreeFlags,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { terminal, clock, output } = context
  const isLive = terminal.data.isTty && !terminal.isPlain && output === 'text'
  const show = isLive ? onScreen(context, flags.all ?? false) : inLines(context)
  const timeout = seconds(flags.timeout)
  const deadline = clock.elapsed() + timeout
  for (let at = 0; ; at++) {
    const { tree: found, hidden } = await looking.sight()
    show(found)
    if (at === 0) sayHidden(context, hidden)
    if (flags.wait) {
      if (isWell(found)) return EXIT.ok
      const members = [...membersOf(found)]
      const failed = members.find(hasFailed)
      if (failed) throw isOver(target, failed, clock.now())
      if (clock.elapsed() >= deadline) throw isTooLong(target, members, timeout, clock.now())
    }
    // Not more often than eyes can follow; and each second, since ages grow.
    await clock.sleep(FRAME, signal).catch(() => {})
    await Promise.race([looking.changed(), clock.sleep(SECOND, signal).catch(() => {})])
    if (signal.aborted) return EXIT.interrupted
  }
}

const FRAME: Duration = seconds(0.1)
const SECOND: Duration = seconds(1)

/** Exits with 2: waiting longer would not help. */
const isOver = (target: Target, failed: KubeObject, now: Instant) =>
  trouble('MUS0308', {
    what: text(
      `${target.said} will not be well: ${named(failed)} has failed`,
      `${target.said} 不会就绪：${named(failed)} 已失败`,
    ),
    why: same(infoOf(failed, healthOf(failed), now)),
    next: [whyCommand(failed), `kubectl muster tree ${inCommand(target)}`],
  })

/** Exits with 3, and says what was waited for. */
function isTooLong(target: Target, members: readonly KubeObject[], timeout: Duration, now: Instant) {
  const lacking = members.filter((object) => healthOf(object).is !== 'Healthy')
  // What is below is the cause of what is above, and what is stuck of what merely waits.
  const last = lacking.findLast((object) => healthOf(object).is === 'Degraded') ?? lacking.at(-1)
  const after = humanDuration(timeout)
  return trouble('MUS0309', {
    what: text(
      `after ${after} ${lacking.length} of ${members.length} objects of ${target.said} are not healthy`,
      `${after} 后，${target.said} 的 ${members.length} 个对象中有 ${lacking.length} 个未就绪`,
    ),
    ...(last ? { why: same(`${named(last)} is ${healthOf(last).is}: ${infoOf(last, healthOf(last), now)}`) } : {}),
    next: [...(last ? [whyCommand(last)] : []), `kubectl muster tree ${inCommand(target)}`],
  })
}

const whyCommand = (object: KubeObject): string =>
  `kubectl describe ${named(object)}${object.metadata.namespace ? ` -n ${object.metadata.namespace}` : ''}`
