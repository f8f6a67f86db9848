/** Every object of a scenario that Muster ends with otherwise, by its cause. The differential test keeps it true both ways. */
import type { Explanation } from '../explain.ts'

/** By cause: what is meant so first. Steps are counted from 1; keys are `scenario › kind › name`. */
export const CLUSTER_EXPLANATIONS: readonly Explanation[] = [
  {
    about: 'a pod that is bound when it is made',
    is: 'meant',
    why: 'No scheduler sees it, so its condition PodScheduled is for the machine to write: a kubelet does, and so does the agent of Muster; kwok does not.',
    answers: { 'pods-fit-nowhere › Pod › wants-a-port': [1, 2, 3] },
  },
]
