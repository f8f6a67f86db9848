/**
 * The files of a volume that comes from the API: config maps, secrets, what a pod is told of itself, tokens. Pure.
 * Source: core/v1 VolumeSource; kubernetes pkg/volume/{configmap,secret,downwardapi,projected}, whose messages these are.
 */
import type {
  Container,
  DownwardAPIVolumeFile,
  KeyToPath,
  Pod,
  ServiceAccountTokenProjection,
  Volume,
  VolumeProjection,
} from '@muster/api/types/core-v1.ts'
import { ControlError } from '@muster/base/errors.ts'
import { fieldValue, resourceValue, type Surroundings } from '../container/downward.ts'
import { containerOf } from '../container/environment.ts'
import {
  configMapEntries,
  type Entries,
  type ReferenceNames,
  type References,
  secretEntries,
} from '../container/references.ts'

/** Files by their path below the volume. */
export type Payload = ReadonlyMap<string, { readonly bytes: Uint8Array; readonly mode: number }>

/** What files are made from. */
export interface PayloadSources extends Surroundings {
  readonly references: References
  /** Tokens by {@link tokenKey}. */
  readonly tokens: ReadonlyMap<string, string>
}

/** Source: core/v1 defaults of volume sources. */
const MODE_DEFAULT = 0o644

/** Names a token that a pod asks for. */
export const tokenKey = ({ audience = '', expirationSeconds = 3600 }: ServiceAccountTokenProjection): string =>
  `${audience} ${expirationSeconds}`

/** Every token that a pod's volumes ask for. */
export const tokensOf = ({ spec }: Pod): readonly ServiceAccountTokenProjection[] =>
  (spec?.volumes ?? []).flatMap(({ projected }) =>
    (projected?.sources ?? []).flatMap(({ serviceAccountToken }) => (serviceAccountToken ? [serviceAccountToken] : [])),
  )

/** The config maps and secrets that a pod's volumes refer to. */
export function referencesOfVolumes({ spec }: Pod): ReferenceNames {
  const configMaps = new Set<string>()
  const secrets = new Set<string>()
  for (const { configMap, secret, projected } of spec?.volumes ?? []) {
    if (configMap) configMaps.add(configMap.name ?? '')
    if (secret) secrets.add(secret.secretName ?? '')
    for (const source of projected?.sources ?? []) {
      if (source.configMap) configMaps.add(source.configMap.name ?? '')
      if (source.secret) secrets.add(source.secret.name ?? '')
    }
  }
  return { configMaps, secrets }
}

/** The files of a volume; undefined for one of another kind. Throws NotFound or Invalid when what it needs is missing. */
export function payloadOf(pod: Pod, volume: Volume, sources: PayloadSources): Payload | undefined {
  const { configMap, secret, downwardAPI, projected } = volume
  if (configMap) {
    const { name = '', items, optional, defaultMode = MODE_DEFAULT } = configMap
    return pick(configMapEntries(sources.references, name, optional), items, defaultMode, optional, CONFIG_KEY)
  }
  if (secret) {
    const { secretName = '', items, optional, defaultMode = MODE_DEFAULT } = secret
    return pick(secretEntries(sources.references, secretName, optional), items, defaultMode, optional, SECRET_KEY)
  }
  if (downwardAPI) {
    return told(pod, downwardAPI.items ?? [], downwardAPI.defaultMode ?? MODE_DEFAULT, sources)
  }
  if (!projected) return undefined
  const { defaultMode = MODE_DEFAULT } = projected
  const parts = (projected.sources ?? []).map((source) => part(pod, source, defaultMode, sources))
  return new Map(parts.flatMap((files) => [...files]))
}

const CONFIG_KEY = 'configmap references non-existent config key: '
const SECRET_KEY = 'references non-existent secret key: '

function part(pod: Pod, source: VolumeProjection, mode: number, sources: PayloadSources): Payload {
  const { configMap, secret, downwardAPI, serviceAccountToken } = source
  if (configMap) {
    const { name = '', items, optional } = configMap
    return pick(configMapEntries(sources.references, name, optional), items, mode, optional, CONFIG_KEY)
  }
  if (secret) {
    const { name = '', items, optional } = secret
    return pick(secretEntries(sources.references, name, optional), items, mode, optional, SECRET_KEY)
  }
  if (downwardAPI) return told(pod, downwardAPI.items ?? [], mode, sources)
  if (serviceAccountToken) {
    const token = sources.tokens.get(tokenKey(serviceAccountToken))
    if (token === undefined) throw new ControlError('NotFound', 'failed to fetch token: there is none')
    return new Map([[serviceAccountToken.path, { bytes: encoder.encode(token), mode }]])
  }
  const [kind = 'nothing'] = Object.keys(source)
  throw new ControlError('Invalid', `projected volumes of ${kind} are not supported on this node`)
}

/** All entries, or those that are named, at their paths. */
function pick(
  entries: Entries | undefined,
  items: readonly KeyToPath[] = [],
  mode: number,
  isOptional: boolean | undefined,
  missing: string,
): Payload {
  const files = new Map(Object.entries(entries?.bytes ?? {}))
  for (const [key, text] of Object.entries(entries?.text ?? {})) files.set(key, encoder.encode(text))
  if (items.length === 0) return new Map([...files].map(([key, bytes]) => [key, { bytes, mode }]))
  const picked = items.flatMap((item): [string, { bytes: Uint8Array; mode: number }][] => {
    const bytes = files.get(item.key)
    if (bytes) return [[item.path, { bytes, mode: item.mode ?? mode }]]
    if (isOptional) return []
    throw new ControlError('NotFound', `${missing}${item.key}`)
  })
  return new Map(picked)
}

function told(pod: Pod, items: readonly DownwardAPIVolumeFile[], mode: number, sources: PayloadSources): Payload {
  return new Map(
    items.map(({ path, fieldRef, resourceFieldRef, mode: own }) => {
      const text = fieldRef
        ? fieldValue(pod, fieldRef, sources)
        : resourceFieldRef
          ? resourceValue(resourceFieldRef, containerOf(pod, resourceFieldRef.containerName, NO_CONTAINER), sources)
          : ''
      return [path, { bytes: encoder.encode(text), mode: own ?? mode }]
    }),
  )
}

const NO_CONTAINER: Container = { name: '' }
const encoder = new TextEncoder()
