/**
 * What an image is here: a program of this machine. Only names under `host/`, and those that the node maps, are run:
 * a manifest that its author meant for containers must never start something else of the same name on the host.
 */
import type { Container } from '@muster/api/types/core-v1.ts'

/** What an image of the node's map runs. */
export interface MappedImage {
  /** The program and its arguments: what an entry point is. */
  readonly command: readonly string[]
  /** Arguments that `args` of the container replaces, as CMD of a Dockerfile. */
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly workingDirectory?: string
}

/** Images by their full name, as containers write it. */
export type ImageMap = Readonly<Record<string, MappedImage>>

/** What an image comes to, or why it cannot be run here. */
export type ImageReading =
  | { readonly found: true; readonly image: MappedImage }
  | { readonly found: false; readonly message: string }

/** The prefix of images that are programs of the host. */
export const HOST_PREFIX = 'host/'

/** A program's name: no path, no shell, no tag. */
const PROGRAM = /^[A-Za-z0-9_][A-Za-z0-9._+-]*$/

/** Looks images up among programs of the host and those that are mapped. */
export const hostImages =
  (map: ImageMap) =>
  (name: string): ImageReading =>
    findImage(name, map)

/** Looks an image up. Messages say what to do. */
export function findImage(name: string, map: ImageMap): ImageReading {
  const mapped = Object.hasOwn(map, name) ? map[name] : undefined
  if (mapped) return { found: true, image: mapped }
  if (!name.startsWith(HOST_PREFIX)) {
    const message = `this node runs programs of its machine and pulls no images: use "${HOST_PREFIX}NAME" for the program NAME, or map "${name}" to a command in the node's image map`
    return { found: false, message }
  }
  const program = name.slice(HOST_PREFIX.length)
  if (PROGRAM.test(program)) return { found: true, image: { command: [program] } }
  const message = `"${program}" is no name of a program: write "${HOST_PREFIX}NAME" with a NAME that is looked for in PATH, without path or tag`
  return { found: false, message }
}

/** The command line: `command` replaces the entry point and drops the image's arguments; `args` follow. As in Docker. */
export function commandLine(image: MappedImage, { command = [], args = [] }: Pick<Container, 'command' | 'args'>) {
  if (command.length > 0) return [...command, ...args]
  return [...image.command, ...(args.length > 0 ? args : (image.args ?? []))]
}
