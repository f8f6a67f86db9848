/** What the two threads of the engine are asked, and what they answer. */
import type { MessagePort } from 'node:worker_threads'
import type { Revision } from '../store.ts'
import type { FrameMemory } from './frame-channel.ts'
import type { Kept, Part } from './manifest.ts'
import type { PartIndexContents } from './part-index.ts'

/** What the writer is started with, beside its requests. */
export interface WriterStart {
  readonly memory: FrameMemory
  readonly port: MessagePort
}

/** A writer has one part at a time, and nobody else touches its file. */
export type WriterRequest =
  /** Gets a part ready to be written: a new one, or, with what the steward has handed over, one that is gone on with. */
  | { readonly do: 'take'; readonly path: string; readonly index: PartIndexContents | undefined }
  /** Makes the file alone the part, and lets go of it: answers its index. After an error the writer has it still. */
  | { readonly do: 'seal' }
  /** Why the last frame, which came through shared memory, could not be made durable: throws it. */
  | { readonly do: 'explain' }
  | ReadRequest
  | { readonly do: 'close' }

/** What the writer answers. */
export type WriterAnswer =
  | { readonly did: 'take'; readonly end: number; readonly capacity: number }
  | IndexAnswer
  | VersionsAnswer
  | Done

/** The steward has the manifest, the sealed parts, and all work that may take its time. */
export type StewardRequest =
  | { readonly do: 'open'; readonly directory: string }
  /** The next frames of the log, oldest first. */
  | { readonly do: 'replay' }
  /** Seals those of these parts that a killed process left unsealed. */
  | { readonly do: 'seal'; readonly parts: readonly Part[] }
  /** Lets go of a part, which a writer goes on with: answers its index. */
  | { readonly do: 'hand-over'; readonly part: Part }
  /** A writer has sealed this part. */
  | { readonly do: 'take-over'; readonly part: Part; readonly index: PartIndexContents }
  /** Makes an empty part, after all others; where room is short, only as large as it must be. */
  | { readonly do: 'prepare'; readonly bytes: number; readonly bytesMin: number }
  | ReadRequest
  /** Rewrites parts into ones that hold only the given versions, and forgets others, in one change. */
  | { readonly do: 'thin'; readonly kept: Kept; readonly merges: readonly Merge[]; readonly drops: readonly Part[] }
  /** Copies parts without the values of these versions into new ones, which take their places in one change. */
  | { readonly do: 'erase'; readonly parts: readonly Part[]; readonly revisions: readonly Revision[] }
  /** Removes the files of parts that were forgotten. */
  | { readonly do: 'remove'; readonly parts: readonly Part[] }
  | { readonly do: 'bytes' }
  | { readonly do: 'close' }

/** The versions at these ascending revisions of a part, asked of whoever has its file. */
export interface ReadRequest {
  readonly do: 'read'
  readonly part: Part
  readonly revisions: readonly Revision[]
}

/** Parts to be copied into one new part: of them, only the versions at these revisions. */
export interface Merge {
  readonly sources: readonly Part[]
  readonly revisions: Float64Array
}

/** What the steward answers. */
export type StewardAnswer =
  | { readonly did: 'open'; readonly parts: readonly Part[]; readonly kept: Kept | undefined }
  | ReplayAnswer
  | { readonly did: 'parts'; readonly parts: readonly Part[] }
  | { readonly did: 'bytes'; readonly bytes: number }
  | IndexAnswer
  | VersionsAnswer
  | Done

/** Frames that lie end to end in `bytes`, all of one part; `part` is undefined when there is no more. */
export interface ReplayAnswer {
  readonly did: 'replay'
  readonly part: Part | undefined
  readonly bytes: Uint8Array
}

/** Where the commits of the part are. */
interface IndexAnswer {
  readonly did: 'index'
  readonly index: PartIndexContents
}

/** One frame that holds the versions asked for, each as a commit of its own. */
interface VersionsAnswer {
  readonly did: 'read'
  readonly frame: Uint8Array
}

interface Done {
  readonly did: 'done'
}
