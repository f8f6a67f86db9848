/** An application that shows what a cluster does: objects to apply, and programs behind its images. */
import type { KubeObject } from '@muster/api/object.ts'

/** Which command an image stands for, as a node's image map has it: the program, then its arguments. */
export type ImageMap = Readonly<Record<string, readonly string[]>>

/** One application. */
export interface Demo {
  readonly name: string
  /** Where its pods are. */
  readonly namespace: string
  /** The service that people open in a browser. */
  readonly page: string
  /** In the order in which they are applied. */
  objects(): Promise<readonly KubeObject[]>
  /** What the nodes of the cluster run for its images. */
  images(): Promise<ImageMap>
}
