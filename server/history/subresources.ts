/** What every object that is kept has below it, of whatever kind: its past. In no discovery document: see ADR 0009. */
import type { Served } from '../registry/registry.ts'
import type { SubresourceHandler } from '../resources/answer.ts'
import { historyHandler } from './history.ts'
import { revertHandler } from './revert.ts'
import { type FindKind, whyHandler } from './why.ts'

/** The handlers, by the name in the path. */
export const historyHandlers = (findKind: FindKind): Readonly<Record<string, SubresourceHandler>> => ({
  history: historyHandler,
  why: whyHandler(findKind),
  revert: revertHandler,
})

const NAMES: ReadonlySet<string> = new Set(['history', 'why', 'revert'])

/** True for a subresource of every kind whose objects are kept. */
export const isOfThePast = ({ kind: { verbs } }: Served, subresource: string): boolean =>
  NAMES.has(subresource) && (verbs === undefined || verbs.some((verb) => verb === 'get'))
