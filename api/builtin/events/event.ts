/** The events of the core under newer names: the same objects, kept once. */
import type { KubeObject } from '../../object.ts'
import type { Event } from '../../types/core-v1.ts'
import { builtIn } from '../built-in.ts'
import { eventColumns } from '../core/event/columns.ts'
import { eventField, NEWER_EVENT_FIELDS } from '../core/event/fields.ts'
import { validateEvent, validateEventChange, validateNewEvent } from '../core/event/validate.ts'
import { fromCoreEvent, toCoreEvent } from './convert.ts'

/** Event. Source: kubernetes pkg/registry/core/event, pkg/apis/events/v1/conversion.go. */
export const event = builtIn<Event>({
  group: 'events.k8s.io',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  storage: { group: '', plural: 'events' },
  versions: [
    {
      name: 'v1',
      columns: eventColumns.map((column) => ({
        ...column,
        cell: (event: KubeObject, now: number) => column.cell(toCoreEvent(event), now),
      })),
      convert: { toStored: toCoreEvent, fromStored: fromCoreEvent },
    },
  ],
  rules: {
    generation: 'none',
    createOnUpdate: true,
    dependents: 'unsupported',
    validate: (object, { old }) => [
      ...validateEvent(object, 'reportingController'),
      ...(old ? [] : validateNewEvent(object)),
    ],
    validateUpdate: validateEventChange,
    selectableFields: NEWER_EVENT_FIELDS,
    fieldOf: eventField,
  },
})
