/** Several sources in one volume. Source: kubernetes pkg/apis/core/validation validateProjectionSources. */
import { child, type FieldError, type FieldPath, forbidden, index, invalid, required } from '../../../field-error.ts'
import type { ProjectedVolumeSource, ServiceAccountTokenProjection, VolumeProjection } from '../../../types/core-v1.ts'
import { validateMode, validateNonReserved } from './paths.ts'
import { validateDownwardFile, validateKey } from './volume-sources.ts'

const EXPIRATION_SECONDS_MIN = 10 * 60
const EXPIRATION_SECONDS_MAX = 2 ** 32

/** What is wrong with them; no two files may have the same path. */
export function validateProjected({ defaultMode, sources = [] }: ProjectedVolumeSource, path: FieldPath): FieldError[] {
  const taken = new Set<string>()
  return [
    ...validateMode(defaultMode, child(path, 'defaultMode')),
    ...sources.flatMap((source, at) => validateSource(source, index(child(path, 'sources'), at), path, taken)),
  ]
}

function validateSource(source: VolumeProjection, place: FieldPath, path: FieldPath, taken: Set<string>): FieldError[] {
  const { secret, configMap, downwardAPI, serviceAccountToken } = source
  const take = (file: string | undefined, shown: string): FieldError[] => {
    if (!file) return []
    if (taken.has(file)) return [invalid(path, shown, 'conflicting duplicate paths')]
    taken.add(file)
    return []
  }
  const keyed = [
    { name: 'secret', from: secret },
    { name: 'configMap', from: configMap },
  ].flatMap(({ name, from }) =>
    from
      ? [
          ...(from.name ? [] : [required(child(place, name, 'name'))]),
          ...(from.items ?? []).flatMap((item, at) => [
            ...validateKey(item, index(child(place, name, 'items'), at)),
            ...take(item.path, from.name ?? ''),
          ]),
        ]
      : [],
  )
  return [
    ...keyed,
    ...(downwardAPI?.items ?? []).flatMap((file) => [
      ...validateDownwardFile(file, child(place, 'downwardAPI')),
      ...take(file.path, file.path),
    ]),
    ...(serviceAccountToken ? validateToken(serviceAccountToken, child(place, 'serviceAccountToken'), path) : []),
    ...(Object.values(source).filter((one) => one !== undefined).length > 1
      ? [forbidden(place, 'may not specify more than 1 volume type per source')]
      : []),
  ]
}

function validateToken(token: ServiceAccountTokenProjection, place: FieldPath, path: FieldPath): FieldError[] {
  const { expirationSeconds = 0, path: file = '' } = token
  const refuse = (why: string) => [invalid(child(place, 'expirationSeconds'), expirationSeconds, why)]
  return [
    ...(expirationSeconds < EXPIRATION_SECONDS_MIN ? refuse('may not specify a duration less than 10 minutes') : []),
    ...(expirationSeconds > EXPIRATION_SECONDS_MAX
      ? refuse('may not specify a duration larger than 2^32 seconds')
      : []),
    ...(file === '' ? [required(child(path, 'path'))] : validateNonReserved(file, child(path, 'path'))),
  ]
}
