/** The containers of a pod, of all three sorts. */
import type { Container, EphemeralContainer, PodSpec } from '../../../types/core-v1.ts'

/** Which list of a pod's spec containers are in. */
export type ContainerList = 'initContainers' | 'containers' | 'ephemeralContainers'

/** Any of the three. */
export type AnyContainer = Container & Pick<EphemeralContainer, 'targetContainerName'>

/** Those that run before the others, those of the pod, and those that were added to look into it; in this order. */
export const allContainers = ({
  initContainers = [],
  containers,
  ephemeralContainers = [],
}: PodSpec): AnyContainer[] => [...initContainers, ...(containers ?? []), ...ephemeralContainers]

/** True for an init container that keeps running beside the containers of the pod: a sidecar. */
export const isRestartable = ({ restartPolicy }: Container): boolean => restartPolicy === 'Always'
