/** What Muster can do, said so that it cannot be said without a proof. */
import { type Text, text } from '../terminal/language.ts'

interface Described {
  /** What a user would ask for. */
  readonly ask: Text
  /** The command that shows it, or will show it. */
  readonly command: string
}

/** Something that a user may ask for, and how far it is. Only a test makes it work. */
export type Capability =
  | (Described & { readonly state: 'works'; readonly test: string })
  | (Described & { readonly state: 'partial'; readonly test: string | null })
  | (Described & { readonly state: 'not-yet'; readonly test: null })

/** How far a capability is. */
export type CapabilityState = Capability['state']

/** One of the systems that Muster is to stand in for; 0 is the ground under all of them. */
export interface System {
  readonly number: number
  readonly name: Text
  /** The hardest promise of the system, in one sentence. */
  readonly promise: Text
  readonly capabilities: readonly Capability[]
}

/** A capability that its test proves. */
export const works = (en: string, zh: string, command: string, test: string): Capability => ({
  state: 'works',
  ask: text(en, zh),
  command,
  test,
})

/** A capability that is there in part, with the path of the test of that part when it has one. */
export const partial = (en: string, zh: string, command: string, test: string | null): Capability => ({
  state: 'partial',
  ask: text(en, zh),
  command,
  test,
})

/** A capability that is planned; the command is the one that will show it. */
export const notYet = (en: string, zh: string, command: string): Capability => ({
  state: 'not-yet',
  ask: text(en, zh),
  command,
  test: null,
})
