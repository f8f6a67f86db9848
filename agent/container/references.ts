/** The config maps and secrets that a pod refers to, by name. */
import type { ConfigMap, Secret } from '@muster/api/types/core-v1.ts'
import { ControlError } from '@muster/base/errors.ts'

/** Objects of the pod's namespace that were looked for; undefined where there is none. */
export interface References {
  readonly configMaps: ReadonlyMap<string, ConfigMap | undefined>
  readonly secrets: ReadonlyMap<string, Secret | undefined>
}

/** What is looked for. */
export interface ReferenceNames {
  readonly configMaps: ReadonlySet<string>
  readonly secrets: ReadonlySet<string>
}

/** Text by key, and bytes by key. */
export interface Entries {
  readonly text: Readonly<Record<string, string>>
  readonly bytes: Readonly<Record<string, Uint8Array>>
}

/** What a config map holds. Undefined when there is none and that is allowed; throws NotFound as the kubelet says it. */
export function configMapEntries({ configMaps }: References, name: string, isOptional = false): Entries | undefined {
  const found = configMaps.get(name)
  if (found) return { text: found.data ?? {}, bytes: mapValues(found.binaryData ?? {}, fromBase64) }
  if (isOptional) return undefined
  throw new ControlError('NotFound', `configmap "${name}" not found`)
}

/** As {@link configMapEntries}, of a secret. */
export function secretEntries({ secrets }: References, name: string, isOptional = false): Entries | undefined {
  const found = secrets.get(name)
  if (found) return { text: {}, bytes: mapValues(found.data ?? {}, fromBase64) }
  if (isOptional) return undefined
  throw new ControlError('NotFound', `secret "${name}" not found`)
}

const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))

const mapValues = <One, Other>(map: Readonly<Record<string, One>>, change: (value: One) => Other) =>
  Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]))
