/** The packages of types that are derived: every generally available group, and what their types refer to. */
import type { Modules } from './modules.ts'

/** One Go package of types, and the names that it goes by. */
export interface TypePackage {
  /** The prefix of its types: `io.k8s.api.core.v1`. */
  readonly name: string
  /** The name of the file that is generated for it: `core-v1`. */
  readonly file: string
  readonly module: keyof Modules
  /** Where its source lies in the module. */
  readonly folder: string
  /** What it serves; absent for packages of types that others share. */
  readonly serves?: { readonly group: string; readonly version: string }
}

const api = (folder: string, group: string): TypePackage => {
  const [name = '', version = ''] = folder.split('/')
  return {
    name: `io.k8s.api.${name}.${version}`,
    file: `${name}-${version}`,
    module: 'api',
    folder,
    serves: { group, version },
  }
}

const machinery = (folder: string, file: string): TypePackage => ({
  name: `io.k8s.apimachinery.pkg.${folder.replaceAll('/', '.')}`,
  file,
  module: 'apimachinery',
  folder: `pkg/${folder}`,
})

/** Every package that is derived. */
export const PACKAGES: readonly TypePackage[] = [
  machinery('api/resource', 'meta-v1'),
  machinery('apis/meta/v1', 'meta-v1'),
  machinery('runtime', 'meta-v1'),
  machinery('util/intstr', 'meta-v1'),
  machinery('version', 'meta-v1'),
  api('admissionregistration/v1', 'admissionregistration.k8s.io'),
  {
    name: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1',
    file: 'apiextensions-v1',
    module: 'apiextensions',
    folder: 'pkg/apis/apiextensions/v1',
    serves: { group: 'apiextensions.k8s.io', version: 'v1' },
  },
  {
    name: 'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1',
    file: 'apiregistration-v1',
    module: 'aggregator',
    folder: 'pkg/apis/apiregistration/v1',
    serves: { group: 'apiregistration.k8s.io', version: 'v1' },
  },
  api('apps/v1', 'apps'),
  api('authentication/v1', 'authentication.k8s.io'),
  api('authorization/v1', 'authorization.k8s.io'),
  api('autoscaling/v1', 'autoscaling'),
  api('autoscaling/v2', 'autoscaling'),
  api('batch/v1', 'batch'),
  api('certificates/v1', 'certificates.k8s.io'),
  api('coordination/v1', 'coordination.k8s.io'),
  api('core/v1', ''),
  api('discovery/v1', 'discovery.k8s.io'),
  api('events/v1', 'events.k8s.io'),
  api('flowcontrol/v1', 'flowcontrol.apiserver.k8s.io'),
  api('networking/v1', 'networking.k8s.io'),
  api('node/v1', 'node.k8s.io'),
  api('policy/v1', 'policy'),
  api('rbac/v1', 'rbac.authorization.k8s.io'),
  api('resource/v1', 'resource.k8s.io'),
  api('scheduling/v1', 'scheduling.k8s.io'),
  api('storage/v1', 'storage.k8s.io'),
]

/** The package of a type by its full name: that of `io.k8s.api.core.v1.Pod`. */
export const packageOf = (typeName: string): TypePackage | undefined => BY_NAME.get(prefixOf(typeName))

/** `Pod` of `io.k8s.api.core.v1.Pod`. */
export const shortName = (typeName: string): string => typeName.slice(typeName.lastIndexOf('.') + 1)

/** The name in Kubernetes' own tree of published documents: `api__v1`, `apis__apps__v1`. */
export const documentName = ({ group, version }: { readonly group: string; readonly version: string }): string =>
  group === '' ? `api__${version}` : `apis__${group}__${version}`

const prefixOf = (typeName: string): string => typeName.slice(0, typeName.lastIndexOf('.'))

const BY_NAME: ReadonlyMap<string, TypePackage> = new Map(PACKAGES.map((one) => [one.name, one]))
