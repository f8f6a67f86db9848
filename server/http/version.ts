/** What `/version` says: the Kubernetes version whose API this is, and that Muster serves it. */

/** The version of Kubernetes that everything here was derived from and is compared with. */
export const KUBERNETES_VERSION = { major: '1', minor: '36', patch: '1' } as const

/** Source: apimachinery pkg/version Info. Clients compare `major` and `minor`, and parse `gitVersion` as a version. */
export const versionInfo = (muster: string) => {
  const { major, minor, patch } = KUBERNETES_VERSION
  return {
    major,
    minor,
    emulationMajor: major,
    emulationMinor: minor,
    minCompatibilityMajor: major,
    minCompatibilityMinor: String(Number(minor) - 1),
    gitVersion: `v${major}.${minor}.${patch}+muster.${muster}`,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: '',
    compiler: '',
    platform: '',
  }
}
