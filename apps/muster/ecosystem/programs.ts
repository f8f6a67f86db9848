/** The programs of others, and those that we wrote upon their libraries, that are run against Muster. */
import type { GoProgram } from './build.ts'

/** Informers, apply and leader election of client-go. */
export const CLIENT_GO: GoProgram = {
  name: 'client-go',
  folder: 'clientgo',
  goPackage: '.',
  module: 'k8s.io/client-go',
}

/** Replicas that elect a leader by a Lease, as client-go has it. */
export const OPERATOR: GoProgram = {
  name: 'operator',
  folder: 'operator',
  goPackage: '.',
  module: 'k8s.io/client-go',
}

/** A controller of a kind of its own. */
export const CONTROLLER_RUNTIME: GoProgram = {
  name: 'controller-runtime',
  folder: 'controller',
  goPackage: '.',
  module: 'sigs.k8s.io/controller-runtime',
}

/** Helm itself. */
export const HELM: GoProgram = {
  name: 'helm',
  folder: 'helm',
  goPackage: 'helm.sh/helm/v4/cmd/helm',
  module: 'helm.sh/helm/v4',
}

/** Kubectl of these minor versions, besides those that the machine and the oracle have. */
export const KUBECTLS: readonly GoProgram[] = ['1.27', '1.29', '1.31', '1.33'].map((minor) => ({
  name: `kubectl-${minor}`,
  folder: 'kubectl',
  goPackage: '.',
  modfile: `${minor}.mod`,
  // Where find-kubectls.ts looks.
  keptAs: `oracle/kubectl-${minor}/bin/kubectl`,
  module: 'k8s.io/kubectl',
  linkFlags: linkKubectl,
}))

/** What makes `kubectl version` say what the released program says: v0.33.4 of the libraries is Kubernetes v1.33.4. */
function linkKubectl(version: string): readonly string[] {
  const [, minor = '', patch = ''] = /^v0\.(\d+)\.(\d+)$/.exec(version) ?? []
  const values = { gitVersion: `v1.${minor}.${patch}`, gitMajor: '1', gitMinor: minor, gitTreeState: 'archive' }
  return ['k8s.io/client-go/pkg/version', 'k8s.io/component-base/version'].flatMap((place) =>
    Object.entries(values).map(([key, value]) => `-X ${place}.${key}=${value}`),
  )
}
