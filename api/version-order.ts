/** Versions of an API in the order in which Kubernetes prefers them: v2, v1, v1beta2, v1beta1, v1alpha1, others. */

/** Below zero when the first is preferred. Source: apimachinery pkg/version CompareKubeAwareVersionStrings. */
export function compareVersions(one: string, other: string): number {
  const [left, right] = [rankOf(one), rankOf(other)]
  for (const [at, rank] of left.entries()) {
    const difference = (right[at] ?? 0) - rank
    if (difference !== 0) return difference
  }
  return one < other ? -1 : one === other ? 0 : 1
}

/** Stable above beta above alpha above all that is called otherwise; then the larger number. */
function rankOf(version: string): readonly number[] {
  const [, major, stage, minor] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? []
  if (major === undefined) return [0, 0, 0]
  return [stage === undefined ? 3 : stage === 'beta' ? 2 : 1, Number(major), Number(minor ?? 0)]
}
