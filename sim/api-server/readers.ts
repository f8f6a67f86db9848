/** Who looks: at what is there, at what was, and why; page by page, and with a watch that is cut and goes on. */
import type { ObjectHistory, ObjectWhy } from '@muster/api/history/types.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { hasCode } from '@muster/base/errors.ts'
import { between, chance, pick } from '@muster/base/random.ts'
import type { WatchEvent } from '@muster/client/watch.ts'
import { judgeGet, judgeHistory, judgeList, judgeWatch, judgeWhy } from './answers.ts'
import { again, anyPlace, type Desk, pathTo, pause, reader, unlessGone } from './desk.ts'
import { BOXES, CLUSTER, keyOf, NAMESPACES, type Place, SECRETS } from './words.ts'

/** Looks back. */
export const historian = (desk: Desk): Promise<never> =>
  again(desk, [1, 200], () => {
    switch (pick(desk.process.random, ['history', 'history', 'why', 'get', 'list', 'list'])) {
      case 'history':
        return readHistory(desk)
      case 'why':
        return readWhy(desk)
      case 'get':
        return getExactly(desk)
      default:
        return listAll(desk)
    }
  })

/** Now and then one of which something was erased: there is more to get wrong. */
function anyPast(desk: Desk): Place {
  const {
    audit,
    process: { random },
  } = desk
  const places = Array.from({ length: 10 }, () => anyPlace(desk))
  const touched = chance(random, 0.3) ? places.find((place) => audit.touched.has(keyOf(place))) : undefined
  return touched ?? anyPlace(desk)
}

async function readHistory(desk: Desk): Promise<void> {
  const { audit, process } = desk
  const place = anyPast(desk)
  const { asked } = audit
  const limit = String(between(process.random, 1, 8))
  const pages: ObjectHistory[] = []
  const query = { limit, includeObject: chance(process.random, 0.5) ? 'Object' : undefined }
  try {
    for (let token: string | undefined; ; ) {
      const call = { method: 'GET', path: pathTo(place, 'history'), query: { ...query, continue: token } }
      const page = (await reader(desk).call(call)) as ObjectHistory
      pages.push(page)
      token = page.metadata.continue
      if (!token) break
    }
  } catch (error) {
    // What was let go between two pages is no page any more; and a definition takes what it defined with it.
    if (!hasCode(error, 'NotFound') || pages.length > 0 || place.ref.group !== '') throw error
  }
  judgeHistory(audit, asked, keyOf(place), pages)
}

async function readWhy(desk: Desk): Promise<void> {
  const { audit } = desk
  const { asked } = audit
  const call = { method: 'GET', path: pathTo(anyPlace(desk), 'why') }
  judgeWhy(audit, asked, (await reader(desk).call(call)) as ObjectWhy)
}

/** A revision that somebody may have heard of: mostly of now, now and then of long ago. */
function anyRevision({ audit, process: { random } }: Desk): number {
  const { head } = audit.chronicle
  return Math.max(1, head - between(random, 0, chance(random, 0.8) ? 30 : 300))
}

async function getExactly(desk: Desk): Promise<void> {
  const { audit, process } = desk
  const place = { ...anyPlace(desk), ref: pick(process.random, [BOXES, SECRETS]) }
  const revision = anyRevision(desk)
  const { asked } = audit
  const query = { resourceVersion: String(revision), resourceVersionMatch: 'Exact' }
  const told = await unlessGone(desk, revision, async () => {
    try {
      return { found: (await reader(desk).call({ method: 'GET', path: pathTo(place), query })) as KubeObject }
    } catch (error) {
      if (hasCode(error, 'NotFound')) return { found: undefined }
      throw error
    }
  })
  if (told) judgeGet(audit, asked, keyOf(place), revision, told.found)
}

/** A list, of now or of then, whose pages are of one revision however long its reader rests between them. */
async function listAll(desk: Desk): Promise<void> {
  const { audit } = desk
  const { random } = desk.process
  const ref = pick(random, [BOXES, SECRETS])
  const namespace = pick(random, ['', ...NAMESPACES])
  const prefix = `core/${ref.plural}/${CLUSTER}/${namespace === '' ? '' : `${namespace}/`}`
  const { asked } = audit
  const exact = chance(random, 0.5) ? anyRevision(desk) : 0
  const then = exact > 0 ? ({ resourceVersion: String(exact), resourceVersionMatch: 'Exact' } as const) : {}
  const limit = pick(random, [0, 1, 2])
  const objects = reader(desk).resource(ref)
  let page = await unlessGone(desk, exact, () => objects.list({ namespace, ...then, ...(limit ? { limit } : {}) }))
  if (!page) return
  const items = [...page.items]
  const revision = Number(page.resourceVersion)
  while (page.continue !== '') {
    await pause(desk)
    const token: string = page.continue
    const isOld = audit.asked.era !== asked.era
    page = await unlessGone(desk, revision, () => objects.list({ namespace, limit, continue: token }))
    if (!page) return
    if (isOld) audit.toldOf(revision)
    items.push(...page.items)
  }
  judgeList(audit, asked, prefix, revision, items)
}

/** Lists once, and watches from there on for as long as it can, through whatever cuts it. */
export async function follower(desk: Desk): Promise<never> {
  const { audit } = desk
  const { random } = desk.process
  const namespace = pick(random, ['', ...NAMESPACES])
  const prefix = `core/configmaps/${CLUSTER}/${namespace === '' ? '' : `${namespace}/`}`
  const boxes = reader(desk).resource(BOXES)
  let cursor = 0
  return again(desk, [1, 500], async () => {
    const { asked } = audit
    if (cursor === 0) {
      const { items, resourceVersion } = await boxes.list({ namespace })
      cursor = Number(resourceVersion)
      judgeList(audit, asked, prefix, cursor, items)
      return
    }
    const { events, end } = await watchOnce(desk, namespace, cursor)
    if (events.length > 0 && asked.era === audit.asked.era) {
      cursor = judgeWatch(audit, asked, prefix, cursor, events)
    }
    if (end === 'gone') {
      audit.toldLost(asked, cursor)
      cursor = 0
    }
  })
}

async function watchOnce(desk: Desk, namespace: string, after: number) {
  const events: WatchEvent<KubeObject>[] = []
  const { signal } = new AbortController()
  const timeoutSeconds = between(desk.process.random, 1, 3)
  const watch = reader(desk)
    .resource(BOXES)
    .watch({ namespace, resourceVersion: String(after), timeoutSeconds, signal })
  try {
    for await (const event of watch) events.push(event)
  } catch (error) {
    if (!hasCode(error, 'Gone')) throw error
    return { events, end: 'gone' } as const
  }
  return { events, end: 'cut' } as const
}
