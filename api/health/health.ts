/** The state of an object in a word, and what its rules are made of. */
import type { KubeObject } from '../object.ts'

/** What can be said of an object in a word. `Absent`: it is not there. */
export type HealthWord = 'Healthy' | 'Progressing' | 'Paused' | 'Degraded' | 'Failed' | 'Unknown' | 'Absent'

/** The state of an object. */
export interface Health {
  readonly is: HealthWord
  /** In words, short: `2/3 ready`. Empty where there is nothing to add. */
  readonly why: string
  /** Since when, in RFC 3339; absent where nothing tells. */
  readonly since?: string
}

/** How the state of one kind is told, of an object that is not being deleted. */
export type HealthRule = (object: KubeObject) => Health

/** A rule for objects of one type. They are of it: rules are found by kind. */
export const ruleOf =
  <T extends KubeObject>(rule: (object: T) => Health): HealthRule =>
  (object) =>
    rule(object as T)

/** Not healthy as long as its controller has not seen what is wanted now. */
export const unseen = (generation: number | undefined, observed: number | undefined): Health | undefined =>
  observed !== undefined && generation !== undefined && observed < generation
    ? { is: 'Progressing', why: `generation ${generation} is not seen yet` }
    : undefined

/** What a condition says, and since when. */
export const told = ({
  type,
  reason = '',
  message = '',
  lastTransitionTime,
}: {
  readonly type: string
  readonly reason?: string
  readonly message?: string
  readonly lastTransitionTime?: string | null
}): Pick<Health, 'why' | 'since'> => ({
  why: [reason || type, message].filter((part) => part !== '').join(': '),
  ...sinceTime(lastTransitionTime),
})

/** A time as {@link Health} has it. */
export const sinceTime = (time: string | null | undefined): Pick<Health, 'since'> => (time ? { since: time } : {})
