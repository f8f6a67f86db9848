/** What clients ask of the servers, and what they are answered. */
import type { Duration } from '@muster/base/clock.ts'
import type { WatchEventType } from '@muster/server/storage/change.ts'
import type { ServerName } from '../served-store.ts'
import type { Look } from './words.ts'

/** One line of a watch. */
export type Line =
  | { readonly line: WatchEventType; readonly key: string; readonly revision: number }
  | { readonly line: 'BOOKMARK'; readonly revision: number; readonly endsInitialEvents: boolean }
  | { readonly line: 'ERROR'; readonly code: number }

/** What is asked. `id` names a write. */
export type Call =
  | {
      readonly call: 'put'
      readonly id: string
      readonly at: Place
      readonly look: Look
      /** Create it, or write it whatever is there. */
      readonly how: 'create' | 'apply'
    }
  | { readonly call: 'paint'; readonly id: string; readonly at: Place; readonly color: string }
  /** Writes what is there, in another order. */
  | { readonly call: 'rewrite'; readonly id: string; readonly at: Place }
  | { readonly call: 'delete'; readonly id: string; readonly at: Place }
  | { readonly call: 'open'; readonly id: string; readonly at: Omit<Place, 'name'>; readonly isOpen: boolean }
  | { readonly call: 'get'; readonly at: Place }
  | {
      readonly call: 'list'
      readonly view: number
      readonly limit: number
      readonly continue: string
      readonly resourceVersion: string
      readonly resourceVersionMatch: '' | 'Exact'
    }
  | {
      readonly call: 'watch'
      readonly view: number
      readonly resourceVersion: string
      readonly sendInitialEvents: boolean
      readonly lasts: Duration
    }
  | { readonly call: 'compact'; readonly lag: number }

/** Which pod. */
export interface Place {
  readonly cluster: string
  readonly namespace: string
  readonly name: string
}

/** A question, and whom it is for. */
export interface Question {
  /** Another for each time that anything is asked. */
  readonly request: number
  readonly server: ServerName
  readonly call: Call
}

/** What was answered. Refusals are errors. */
export type Answer =
  | { readonly answer: 'written'; readonly outcome: string; readonly key: string; readonly revision: number }
  | { readonly answer: 'found'; readonly key: string; readonly revision: number | undefined }
  | {
      readonly answer: 'listed'
      readonly items: readonly (readonly [string, number])[]
      readonly revision: number
      readonly continue: string | undefined
    }
  | { readonly answer: 'watched'; readonly lines: readonly Line[] }
  | { readonly answer: 'done' }
