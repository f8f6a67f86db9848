/** What tables say of pods that are not there yet: those of a template. Source: kubernetes pkg/printers/internalversion. */
import type { Column } from '../../../columns.ts'
import type { KubeObject } from '../../../object.ts'
import { filterOfSelector, type LabelSelector } from '../../../selector/label-selector.ts'
import { formatLabels } from '../../../selector/labels.ts'
import type { Container, PodSpec } from '../../../types/core-v1.ts'
import { type ColumnOptions, column } from '../../columns.ts'

/** A column that only `-o wide` shows. */
export const WIDE: ColumnOptions = { priority: 1 }

/** A column of whole numbers. */
export const INTEGER: ColumnOptions = { type: 'integer' }

/** The names and the images of a template's containers. */
export const containerColumns = <T extends KubeObject>(
  podOf: (object: T) => PodSpec | undefined,
  options: ColumnOptions = WIDE,
): readonly Column<T>[] => {
  const list = (object: T, say: (container: Container) => string) =>
    (podOf(object)?.containers ?? []).map(say).join(',')
  return [
    column(
      'Containers',
      'Names of each container in the template.',
      (object: T) => list(object, ({ name }) => name),
      options,
    ),
    column(
      'Images',
      'Images referenced by each container in the template.',
      (object: T) => list(object, ({ image = '' }) => image),
      options,
    ),
  ]
}

/** Labels as tables print them: `app=web,tier=front`, in the order of the names. */
export const sayLabels = (labels: Readonly<Record<string, string>> = {}): string =>
  Object.keys(labels)
    .sort()
    .map((name) => `${name}=${labels[name]}`)
    .join(',') || '<none>'

/** A selector as tables print it; `<none>` chooses nothing or everything. */
export function sayLabelSelector(selector: LabelSelector | undefined): string {
  try {
    return formatLabels(filterOfSelector(selector)) || '<none>'
  } catch {
    // Old objects may hold selectors that are refused today.
    return '<error>'
  }
}
