/** Labels and selectors as Go prints them: maps in the order of their keys, fields in the order of the type. */
import type { LabelSelector } from '../selector/label-selector.ts'

/** Labels in the order of their names; null when there are none to print. */
export const goLabels = (labels: Readonly<Record<string, string>> | undefined): Record<string, string> | null =>
  labels ? Object.fromEntries(Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1))) : null

/** A selector, as messages show it; null when there is none. */
export function goSelector(selector: LabelSelector | undefined): LabelSelector | null {
  if (!selector) return null
  const { matchLabels, matchExpressions } = selector
  const labels = goLabels(matchLabels)
  return {
    ...(labels && Object.keys(labels).length > 0 ? { matchLabels: labels } : {}),
    ...(matchExpressions?.length
      ? {
          matchExpressions: matchExpressions.map(({ key, operator, values }) => ({
            key,
            operator,
            ...(values?.length ? { values } : {}),
          })),
        }
      : {}),
  }
}
