/** What `/version` says: the Kubernetes version whose API this is, and that Muster serves it. */

import { KUBERNETES_VERSION } from '@muster/api/kubernetes-version.ts'

/** Source: apimachinery pkg/version Info. Clients compare `major` and `minor`, and parse `gitVersion` as a version. */
export const versionInfo = (muster: string) => {
  const [major = '', minor = ''] = KUBERNETES_VERSION.slice('v'.length).split('.')
  return {
    major,
    minor,
    emulationMajor: major,
    emulationMinor: minor,
    minCompatibilityMajor: major,
    minCompatibilityMinor: String(Number(minor) - 1),
    gitVersion: `${KUBERNETES_VERSION}+muster.${muster}`,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: '',
    compiler: '',
    platform: '',
  }
}
