/** The sealer of a configuration: for each value the providers of its resource, by the key that it is kept under. */
import { parseKey, resourcePrefixOf } from '../storage/key.ts'
import type { Sealer } from '../storage/sealed-store.ts'
import type { ProviderSetting, SealedResources } from './configuration.ts'
import { type DataKeys, type Erasable, erasableProvider } from './erasable.ts'
import {
  aesCbcProvider,
  aesGcmProvider,
  cannotOpen,
  type Entropy,
  identityProvider,
  type Provider,
} from './provider.ts'

/** Seals by a configuration. `dataKeys` are there when it names the provider `erasable`. */
export function createSealer(configuration: readonly SealedResources[], entropy: Entropy, dataKeys?: DataKeys): Sealer {
  const erasable = dataKeys && erasableProvider(dataKeys, entropy)
  const made = configuration.map(({ resources, providers }) => ({
    fits: resources.map(fitting),
    providers: providers.map((setting) => provider(setting, erasable, entropy)),
  }))
  const found = new Map<string, readonly Provider[] | undefined>()
  /** The first that names the resource, as Kubernetes has it. Undefined for what is always in plain. */
  const providersOf = (key: string): readonly Provider[] | undefined => {
    const prefix = resourcePrefixOf(key)
    if (!found.has(prefix)) {
      const object = parseKey(key)
      found.set(prefix, object && made.find(({ fits }) => fits.some((fit) => fit(object)))?.providers)
    }
    return found.get(prefix)
  }
  return {
    erasing: erasable,
    seals: (key) => providersOf(key) !== undefined,
    seal: (key, value) => providersOf(key)?.[0]?.seal(key, value) ?? value,
    open(key, value) {
      const providers = providersOf(key) ?? PLAIN
      for (const one of providers) {
        const plain = one.open(key, value)
        if (plain) return plain
      }
      throw cannotOpen(key, `none of its providers (${providers.map(({ name }) => name).join(', ')}) has sealed it`)
    },
    isSealedAnew: (key, value) => (providersOf(key) ?? PLAIN)[0]?.isNewest(value) ?? true,
  }
}

const PLAIN: readonly Provider[] = [identityProvider]

function provider(setting: ProviderSetting, erasable: Erasable | undefined, entropy: Entropy): Provider {
  switch (setting.provider) {
    case 'identity':
      return identityProvider
    case 'aesgcm':
      return aesGcmProvider(setting.keys, entropy)
    case 'aescbc':
      return aesCbcProvider(setting.keys, entropy)
    case 'erasable':
      if (!erasable) throw new TypeError('broken promise: the provider erasable comes with its data keys')
      return erasable
    default:
      return setting satisfies never
  }
}

/** `secrets`, `deployments.apps`, `*.apps`, `*.` and `*.*`. */
function fitting(pattern: string): (object: { readonly group: string; readonly resource: string }) => boolean {
  const dot = pattern.indexOf('.')
  const [resource, group] = dot < 0 ? [pattern, ''] : [pattern.slice(0, dot), pattern.slice(dot + 1)]
  return (object) => (resource === '*' || object.resource === resource) && (group === '*' || object.group === group)
}
