/** Who asks: clients that move tokens between boxes, make, merge and mark boxes, limit them, and count. */
import type { KubeObject } from '@muster/api/object.ts'
import { milliseconds, seconds } from '@muster/base/clock.ts'
import { ControlError, hasCode, isControlError } from '@muster/base/errors.ts'
import { newId } from '@muster/base/ids.ts'
import { between, chance, pick, type Random } from '@muster/base/random.ts'
import type { Stage } from '@muster/server/storage/stage.ts'
import type { Storage } from '@muster/server/storage/storage.ts'
import { parseObject } from '@muster/server/storage/stored-object.ts'
import type { Process } from '../party.ts'
import type { Client } from '../request.ts'
import { SERVER } from '../served-store.ts'
import type { Audit } from './audit.ts'
import { box, boxKey, CLUSTER, NAMES, NAMESPACES, type Place, quota, quotaKey, TOKENS, tokensIn } from './words.ts'

/** What a client asks, of which of the two servers. The id names the write. */
export type Question = {
  readonly id: string
  readonly server: 'near' | 'far'
} /** The first boxes, with all the tokens. */ & (
  | { readonly ask: 'found' }
  /** From one box into another, which may be new; the last takes the box with it. */
  | { readonly ask: 'move'; readonly from: Place; readonly to: Place; readonly tokens: number }
  /** Not if a third box has changed since it was looked at, or is there. */
  | { readonly ask: 'move-if'; readonly from: Place; readonly to: Place; readonly unlike: Place }
  /** A write of one object, beside the transactions. */
  | { readonly ask: 'mark'; readonly at: Place }
  | { readonly ask: 'limit'; readonly namespace: string; readonly boxes: number }
  | { readonly ask: 'count' }
)

const ASK_TIMEOUT = seconds(1.5)
const WISHES = ['move', 'move', 'move', 'move', 'move-if', 'mark', 'limit', 'count', 'count'] as const

/** Asks for anything, and tells the audit what it was told. */
export async function client(party: Process, audit: Audit, api: Client<Question, number>): Promise<never> {
  const { random, clock } = party
  for (;;) {
    await clock.sleep(milliseconds(between(random, 1, 60)))
    const question = wish(random)
    try {
      const answer = await api.ask(SERVER, question, ASK_TIMEOUT)
      if (question.ask === 'count') audit.counted(answer)
      else if (isTogether(question)) audit.told(question.id, true)
    } catch (error) {
      if (!isControlError(error)) throw error
      if (isTogether(question) && REFUSALS.some((code) => hasCode(error, code))) audit.told(question.id, false)
    }
  }
}

/** After these, nothing was done and nothing will be. */
const REFUSALS = ['Forbidden', 'NotFound', 'Conflict', 'AlreadyExists', 'BadRequest'] as const

const isTogether = ({ ask }: Question): boolean => ask === 'move' || ask === 'move-if'

function wish(random: Random): Question {
  const base = { id: newId(random), server: pick(random, ['near', 'far'] as const) }
  const place = (): Place => ({ namespace: pick(random, NAMESPACES), name: pick(random, NAMES) })
  const wanted = chance(random, 0.02) ? 'found' : pick(random, WISHES)
  switch (wanted) {
    case 'found':
      return { ...base, ask: 'found' }
    case 'move':
      return { ...base, ask: 'move', from: place(), to: place(), tokens: between(random, 1, TOKENS / 4) }
    case 'move-if':
      return { ...base, ask: 'move-if', from: place(), to: place(), unlike: place() }
    case 'mark':
      return { ...base, ask: 'mark', at: place() }
    case 'limit':
      return { ...base, ask: 'limit', namespace: pick(random, NAMESPACES), boxes: between(random, 1, NAMES.length) }
    case 'count':
      return { ...base, ask: 'count' }
    default:
      return wanted satisfies never
  }
}

/** What the server does for a client. Answers how many tokens there are, where it was to count. */
export async function answer(storage: Storage, question: Question): Promise<number> {
  const { id } = question
  const request = { id, cause: { actor: 'client', reason: question.ask } }
  switch (question.ask) {
    case 'found':
      return found(storage, id)
    case 'move':
    case 'move-if':
      return move(storage, question)
    case 'mark': {
      const change = (current: KubeObject | undefined) =>
        current ? { ...current, metadata: { ...current.metadata, labels: { by: id } } } : ('unchanged' as const)
      await storage.update(boxKey(question.at), { ...request, change })
      return 0
    }
    case 'limit': {
      const { namespace, boxes } = question
      const change = (current: KubeObject | undefined) =>
        current ? { ...current, spec: { hard: { configmaps: `${boxes}` } } } : quota(namespace, id, boxes)
      await storage.update(quotaKey(namespace), { ...request, isLimited: true, createIfAbsent: true, change })
      return 0
    }
    case 'count': {
      const scope = { group: '', resource: 'configmaps', cluster: CLUSTER }
      const page = await storage.list(scope, { limit: 0, continue: '', resourceVersion: '', resourceVersionMatch: '' })
      return page.items.reduce((tokens, one) => tokens + tokensIn(parseObject(one)), 0)
    }
    default:
      return question satisfies never
  }
}

/** Two boxes with all the tokens, if there is nothing yet. */
async function found(storage: Storage, id: string): Promise<number> {
  const first = NAMESPACES.flatMap((namespace) => NAMES.slice(0, 2).map((name) => ({ namespace, name })))
  await storage.together({
    id,
    cause: { actor: 'client', reason: `together ${first.length}`, details: id },
    async decide(stage) {
      for (const namespace of NAMESPACES) {
        for (const name of NAMES) {
          const at = { namespace, name }
          if (!first.some((one) => one.namespace === namespace && one.name === name))
            await stage.expect(boxKey(at), { expected: 'absent' })
          else await stage.create(boxKey(at), box(at, `${id}-${name}`, TOKENS / first.length), writeOf(id))
        }
      }
    },
  })
  return 0
}

/** Of a write on a stage, whose cause is that of all. */
const writeOf = (id: string) => ({ id, cause: { actor: 'client', reason: 'together' }, isLimited: true })

async function move(storage: Storage, question: Extract<Question, { ask: 'move' | 'move-if' }>): Promise<number> {
  const { id, from, to } = question
  const isSame = from.namespace === to.namespace && from.name === to.name
  if (isSame) throw new ControlError('BadRequest', 'from a box into itself')
  const { unlike } = { unlike: undefined, ...question }
  await storage.together({
    id,
    cause: { actor: 'client', reason: 'together 2', details: id },
    async decide(stage) {
      if (unlike && ![from, to].some(({ namespace, name }) => namespace === unlike.namespace && name === unlike.name)) {
        const there = await stage.find(boxKey(unlike))
        const expected = there
          ? ({ expected: 'there', resourceVersion: String(there.revision) } as const)
          : ({ expected: 'absent' } as const)
        await stage.expect(boxKey(unlike), expected)
      }
      const tokens = await take(stage, from, 'tokens' in question ? question.tokens : 1, id)
      await put(stage, to, tokens, id)
    },
  })
  return 0
}

/** Takes up to so many out; the last one takes the box with it. */
async function take(stage: Stage, at: Place, tokens: number, id: string): Promise<number> {
  const found = await stage.find(boxKey(at))
  if (!found) throw new ControlError('NotFound', 'there is no such box')
  const there = tokensIn(parseObject(found))
  if (there <= tokens) {
    await stage.remove(boxKey(at), { ...writeOf(id), options: {}, rules: {} })
    return there
  }
  await stage.update(boxKey(at), {
    ...writeOf(id),
    change: (current) => ({ ...(current ?? box(at, id, 0)), data: { tokens: `${there - tokens}` } }),
  })
  return tokens
}

async function put(stage: Stage, at: Place, tokens: number, id: string): Promise<void> {
  await stage.update(boxKey(at), {
    ...writeOf(id),
    createIfAbsent: true,
    change: (current) =>
      current ? { ...current, data: { tokens: `${tokensIn(current) + tokens}` } } : box(at, id, tokens),
  })
}
