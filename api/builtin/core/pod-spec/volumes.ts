/** The volumes of a pod: each has a name of its own, and one source. Source: kubernetes pkg/apis/core/validation ValidateVolumes. */
import {
  child,
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  index,
  invalid,
  required,
} from '../../../field-error.ts'
import { goQuote } from '../../../go-text.ts'
import { checkLabel, checkSubdomain } from '../../../names.ts'
import type { ObjectMeta } from '../../../object.ts'
import { parseQuantity } from '../../../quantity.ts'
import type { Volume } from '../../../types/core-v1.ts'
import { requiredName } from '../../checks.ts'
import { SOURCE_ORDER, SOURCE_RULES, sourceOf } from './volume-sources.ts'

/** What volumes there are, by their names, and what is wrong with them. Those that are wrong are not there. */
export interface VolumesCheck {
  readonly volumes: ReadonlyMap<string, Volume>
  readonly errors: readonly FieldError[]
}

/** What else the rules of a volume need: whether it is a pod's own or a template's, and what the pod is called. */
export interface VolumeContext {
  readonly isPod: boolean
  readonly metadata?: ObjectMeta | undefined
}

/** Checks the volumes of a pod or of a template. */
export function checkVolumes(all: readonly Volume[], path: FieldPath, context: VolumeContext): VolumesCheck {
  const podName = context.metadata?.name ?? ''
  const brought = new Set(
    podName === '' ? [] : all.filter(({ ephemeral }) => ephemeral).map(({ name }) => `${podName}-${name}`),
  )
  const volumes = new Map<string, Volume>()
  const errors = all.flatMap((volume, at) => {
    const place = index(path, at)
    const own = [
      ...validateSources(volume, place, context),
      ...requiredName(checkLabel, volume.name, child(place, 'name')),
      ...(volumes.has(volume.name) ? [duplicate(child(place, 'name'), volume.name)] : []),
    ]
    if (own.length === 0) volumes.set(volume.name, volume)
    const claim = volume.persistentVolumeClaim?.claimName
    if (claim === undefined || !brought.has(claim)) return own
    const why = 'must not reference a PVC that gets created for an ephemeral volume'
    return [...own, invalid(child(place, 'persistentVolumeClaim', 'claimName'), claim, why)]
  })
  return { volumes, errors }
}

/** Where the messages of Kubernetes name a source otherwise than its field. */
const SAID_OTHERWISE: Readonly<Record<string, string>> = { cephfs: 'cephFS', downwardAPI: 'downwarAPI' }

function validateSources(volume: Volume, path: FieldPath, context: VolumeContext): FieldError[] {
  const [first, ...others] = SOURCE_ORDER.filter((source) => sourceOf(volume, source) !== undefined)
  if (first === undefined) return [required(path, 'must specify a volume type')]
  return [
    ...(first === 'emptyDir' ? validateSizeLimit(volume, path) : []),
    ...(SOURCE_RULES[first]?.(volume, child(path, first === 'gcePersistentDisk' ? 'persistentDisk' : first), context) ??
      []),
    ...(first === 'ephemeral' ? validateBroughtName(volume, path, context) : []),
    ...others.map((source) =>
      forbidden(child(path, SAID_OTHERWISE[source] ?? source), 'may not specify more than 1 volume type'),
    ),
  ]
}

function validateSizeLimit({ emptyDir }: Volume, path: FieldPath): FieldError[] {
  const { sizeLimit } = emptyDir ?? {}
  if (sizeLimit === undefined || parseQuantity(sizeLimit).mantissa >= 0n) return []
  return [forbidden(child(path, 'emptyDir', 'sizeLimit'), 'SizeLimit field must be a valid resource quantity')]
}

/** The claim that a pod brings along is called after both. */
function validateBroughtName({ name }: Volume, path: FieldPath, { metadata }: VolumeContext): FieldError[] {
  if (!metadata?.name || !name) return []
  const claim = `${metadata.name}-${name}`
  return checkSubdomain(claim).map((why) => invalid(child(path, 'name'), name, `PVC name ${goQuote(claim)}: ${why}`))
}
