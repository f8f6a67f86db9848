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
  {
    about: 'pods whose claims have no volume',
    is: 'meant',
    why: 'Kubernetes v1.36.1 ends its message with "not found", which is the error of a plugin that nobody had asked before; Muster says what comes of preemption, as Kubernetes does elsewhere.',
    answers: {
      'stateful-set-has-claims › Event › Pod db-0': [1, 2, 3, 4, 5],
      'stateful-set-has-claims › Event › Pod db-1': [1, 2, 3, 4, 5],
      'stateful-set-has-claims › Event › Pod db-2': [2, 3, 4, 5],
      'stateful-set-has-claims › Event › Pod db-3': [2, 3, 4, 5],
      'stateful-set-has-claims › Pod › db-3': [2],
    },
  },
]
