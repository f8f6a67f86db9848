/** `run.json`: which process serves a control plane, and where. It is believed only while that very process lives. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { readJson, writeSecret } from '../api-server/home.ts'
import type { Place } from './place.ts'
import { isAlive, type ProcessIdentity } from './process.ts'

/** What a control plane whose API answers says of itself. */
export interface RunFile {
  readonly process: ProcessIdentity
  /** False while its other parts start. */
  readonly ready: boolean
  readonly url: string
  readonly kubeconfig: string
  /** RFC 3339. */
  readonly since: string
  /** Of Muster. */
  readonly version: string
  /** Of Node. */
  readonly node: string
  /** Logical clusters, `default` first. */
  readonly clusters: readonly string[]
  /** Where its output goes; absent in the foreground. */
  readonly log?: string
  /** What the other parts say of themselves, by their names. */
  readonly parts: Readonly<Record<string, string>>
}

/** What is known of the process of a place. `starting`: its API answers, its parts do not stand yet. `left` is one that ended without a word. */
export type Running =
  | { readonly state: 'starting'; readonly run: RunFile }
  | { readonly state: 'running'; readonly run: RunFile }
  | { readonly state: 'left'; readonly run: RunFile }
  | { readonly state: 'none' }

/** Looks for the process of a place. */
export async function findRunning(place: Place): Promise<Running> {
  const run = (await readJson(place.directory, FILE).catch(() => undefined)) as RunFile | undefined
  if (run?.process === undefined) return { state: 'none' }
  if (!(await isAlive(run.process))) return { state: 'left', run }
  return { state: run.ready ? 'running' : 'starting', run }
}

/** Says what this process is by now. */
export async function writeRunFile(place: Place, run: RunFile): Promise<void> {
  await writeSecret(`${JSON.stringify(run, null, 2)}\n`, place.directory, FILE)
}

/** Takes back what was said. */
export const removeRunFile = (place: Place): Promise<void> => rm(join(place.directory, FILE), { force: true })

const FILE = 'run.json'
