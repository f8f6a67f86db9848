/** What the two threads of the engine are asked, and what they answer. */
import type { MessagePort } from 'node:worker_threads'
import type { Revision } from '../store.ts'
import type { FrameMemory } from './frame-channel.ts'
import type { Kept, Part } from './manifest.ts'

/** What the writer is started with, beside its requests. */
export interface WriterStart {
  readonly memory: FrameMemory
  readonly port: MessagePort
}

/** The writer has the part that is written now, and the one that comes next. Nobody else touches these files. */
export type WriterRequest =
  /** Goes on with a part that has frames already. Answers where they end. */
  | { readonly do: 'resume'; readonly path: string }
  /** Gets the part ready that is to be written next. */
  | { readonly do: 'adopt'; readonly path: string }
  /** Seals the present part, when there is one, and goes on with the adopted one. */
  | { readonly do: 'rotate' }
  /** Why the last frame, which came through shared memory, could not be made durable: throws it. */
  | { readonly do: 'explain' }
  | { readonly do: 'read'; readonly revisions: readonly Revision[] }
  | { readonly do: 'close' }

/** What the writer answers. */
export type WriterAnswer =
  | { readonly did: 'part'; readonly end: number; readonly capacity: number }
  | VersionsAnswer
  | Done

/** The steward has the manifest, the sealed parts, and all work that may take its time. */
export type StewardRequest =
  | { readonly do: 'open'; readonly directory: string }
  /** The next frames of the log, oldest first. */
  | { readonly do: 'replay' }
  /** Makes an empty part, after all others; where room is short, only as large as it must be. */
  | { readonly do: 'prepare'; readonly bytes: number; readonly bytesMin: number }
  | { readonly do: 'read'; readonly part: Part; readonly revisions: readonly Revision[] }
  /** Rewrites parts into ones that hold only the given versions, and forgets others, in one change. */
  | { readonly do: 'thin'; readonly kept: Kept; readonly merges: readonly Merge[]; readonly drops: readonly Part[] }
  /** Removes the files of parts that were forgotten. */
  | { readonly do: 'remove'; readonly parts: readonly Part[] }
  | { readonly do: 'bytes' }
  | { readonly do: 'close' }

/** Parts to be copied into one new part: of them, only the versions at these revisions, ascending. */
export interface Merge {
  readonly sources: readonly Part[]
  readonly revisions: Float64Array
}

/** What the steward answers. */
export type StewardAnswer =
  | { readonly did: 'open'; readonly parts: readonly Part[]; readonly kept: Kept | undefined }
  /** `frames` lie end to end in `bytes`, all of one part; `part` is undefined when there is no more. */
  | { readonly did: 'replay'; readonly part: Part | undefined; readonly bytes: Uint8Array }
  | { readonly did: 'parts'; readonly parts: readonly Part[] }
  | { readonly did: 'bytes'; readonly bytes: number }
  | VersionsAnswer
  | Done

/** One frame that holds the versions asked for, each as a commit of its own. */
interface VersionsAnswer {
  readonly did: 'read'
  readonly frame: Uint8Array
}

interface Done {
  readonly did: 'done'
}
