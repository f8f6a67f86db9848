/**
 * A pod stays for five minutes on a node that does not answer, unless it says otherwise.
 * Source: kubernetes plugin/pkg/admission/defaulttolerationseconds.
 */
import type { Pod, Toleration } from '@muster/api/types/core-v1.ts'
import { isKind } from '../../auth/reads.ts'
import type { AdmissionStep } from '../admission.ts'
import { itself } from '../handles.ts'

/** As long as kube-apiserver has it by default. */
export const TOLERATION_SECONDS = 300

const TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']
const isPod = isKind<Pod>('v1', 'Pod')

/** The step. */
export const defaultTolerationSeconds: AdmissionStep = {
  name: 'DefaultTolerationSeconds',
  handles: itself('', 'pods', 'create', 'update'),
  mutate: (request) => {
    if (!('object' in request) || !isPod(request.object)) return undefined
    const { spec } = request.object
    if (!spec) return undefined
    const tolerations = spec.tolerations ?? []
    const missing = TAINTS.filter((taint) => !tolerations.some((toleration) => concerns(toleration, taint)))
    if (missing.length > 0) spec.tolerations = [...tolerations, ...missing.map(fiveMinutes)]
    return undefined
  },
}

const concerns = ({ key = '', effect = '' }: Toleration, taint: string): boolean =>
  (key === taint || key === '') && (effect === 'NoExecute' || effect === '')

const fiveMinutes = (key: string): Toleration => ({
  key,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: TOLERATION_SECONDS,
})
