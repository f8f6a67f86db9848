/**
 * What the resolver of a container reads: its /etc/resolv.conf. Pure.
 * Source: kubelet pkg/kubelet/network/dns/dns.go; resolv.conf(5).
 */
import type { Pod } from '@muster/api/types/core-v1.ts'
import { CLUSTER_DOMAIN } from '../network/names.ts'

/** Who answers questions about names. */
export interface Resolvers {
  /** The cluster's DNS; absent where it could not be served at the port of DNS. */
  readonly cluster?: string
  /** The machine's own resolv.conf. */
  readonly machine: string
}

interface Settings {
  readonly nameservers: readonly string[]
  readonly searches: readonly string[]
  /** `ndots:5`, `rotate`. */
  readonly options: readonly string[]
}

/** The resolv.conf of a pod's containers; undefined where the machine's own is what the pod asks for. */
export function resolverFile({ metadata, spec }: Pod, { cluster, machine }: Resolvers): string | undefined {
  const { dnsPolicy = 'ClusterFirst', dnsConfig, hostNetwork } = spec ?? {}
  const asksCluster = dnsPolicy === 'ClusterFirstWithHostNet' || (dnsPolicy === 'ClusterFirst' && !hostNetwork)
  const own = readSettings(machine)
  const base = (): Settings | undefined => {
    if (dnsPolicy === 'None') return { nameservers: [], searches: [], options: [] }
    if (!asksCluster || cluster === undefined) return undefined
    const within = [`${metadata.namespace}.svc.${CLUSTER_DOMAIN}`, `svc.${CLUSTER_DOMAIN}`, CLUSTER_DOMAIN]
    return { nameservers: [cluster], searches: [...within, ...own.searches], options: ['ndots:5'] }
  }
  const chosen = base()
  if (!chosen && !dnsConfig) return undefined
  const { nameservers = [], searches = [], options = [] } = dnsConfig ?? {}
  const added = options.map(({ name = '', value }) => (value === undefined ? name : `${name}:${value}`))
  return writeSettings(
    merged(chosen ?? own, {
      nameservers,
      searches: searches.map((search) => search.replace(/(.)\.$/, '$1')),
      options: added,
    }),
  )
}

/** What is added comes after what was there, once; an option takes the place of the one of its name. */
function merged(base: Settings, more: Settings): Settings {
  const nameOf = (option: string) => option.split(':')[0]
  const replaced = new Set(more.options.map(nameOf))
  return {
    nameservers: [...new Set([...base.nameservers, ...more.nameservers])],
    searches: [...new Set([...base.searches, ...more.searches])],
    options: [...base.options.filter((option) => !replaced.has(nameOf(option))), ...more.options],
  }
}

function readSettings(file: string): Settings {
  const lines = file.split('\n').map((line) => line.trim().split(/\s+/))
  const wordsAfter = (key: string) => lines.filter(([first]) => first === key).map(([, ...words]) => words)
  return {
    nameservers: wordsAfter('nameserver').flatMap(([address]) => address ?? []),
    // The last line of its kind is the one that counts.
    searches: (wordsAfter('search').at(-1) ?? []).filter((search) => search !== '.'),
    options: wordsAfter('options').flat(),
  }
}

const writeSettings = ({ nameservers, searches, options }: Settings): string =>
  [
    ...(searches.length > 0 ? [`search ${searches.join(' ')}`] : []),
    ...nameservers.map((address) => `nameserver ${address}`),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
    '',
  ].join('\n')

/** The resolvers that a resolv.conf names, for who asks in the place of its reader. */
export const nameserversIn = (file: string): readonly string[] => readSettings(file).nameservers
