/** Files of one volume that stand in each other's way. Source: kubernetes pkg/api/pod/warnings.go warningsForOverlappingVirtualPaths. */
import { goQuote } from '../../../go-text.ts'
import type { Volume, VolumeProjection } from '../../../types/core-v1.ts'

/** A path, and where it comes from when a volume has several sources. */
interface Placed {
  readonly path: string
  readonly source: string
}

/** What to tell of the volumes of a pod. */
export const warnOfOverlaps = (volumes: readonly Volume[]): string[] =>
  volumes.flatMap(({ name, configMap, secret, downwardAPI, projected }) => {
    const say = (kind: string, paths: readonly Placed[]) =>
      overlaps(paths).map((both) => `volume ${goQuote(name)} (${kind}): overlapping paths: ${both}`)
    const sources = projected?.sources ?? []
    return [
      ...say(`ConfigMap ${goQuote(configMap?.name ?? '')}`, placed(configMap?.items)),
      ...say(`Secret ${goQuote(secret?.secretName ?? '')}`, placed(secret?.items)),
      ...say('DownwardAPI', placed(downwardAPI?.items)),
      ...sources.flatMap((source) =>
        Object.keys(source).length === 0 ? [`volume ${goQuote(name)} (Projected) has no sources provided`] : [],
      ),
      ...say('Projected', sources.flatMap(pathsOf)),
    ]
  })

function pathsOf({ configMap, secret, downwardAPI, serviceAccountToken }: VolumeProjection): Placed[] {
  if (configMap?.items) return placed(configMap.items, `ConfigMap ${goQuote(configMap.name ?? '')}`)
  if (secret?.items) return placed(secret.items, `Secret ${goQuote(secret.name ?? '')}`)
  if (downwardAPI?.items) return placed(downwardAPI.items, 'DownwardAPI')
  return serviceAccountToken ? placed([serviceAccountToken], 'ServiceAccountToken') : []
}

const placed = (items: readonly { readonly path?: string }[] = [], source = ''): Placed[] =>
  items.map(({ path = '' }) => ({ path: path.replace(/\/+$/, ''), source }))

/** Each path with each before it that is the same, above it, or below it. */
const overlaps = (paths: readonly Placed[]): string[] =>
  paths.flatMap((one, at) =>
    paths.slice(0, at).flatMap((other) => {
      if (one.path === '' || other.path === '') return []
      const isWithin = (inner: Placed, outer: Placed) => `${inner.path}/`.startsWith(`${outer.path}/`)
      return isWithin(one, other) || isWithin(other, one) ? [`${say(one)} with ${say(other)}`] : []
    }),
  )

const say = ({ path, source }: Placed): string => (source === '' ? goQuote(path) : `${goQuote(path)} (${source})`)
