/** Something that happened to an object; it is forgotten after a while. */
import type { Event } from '../../types/core-v1.ts'
import { builtIn } from '../built-in.ts'
import { eventColumns } from './event/columns.ts'
import { EVENT_FIELDS, eventField } from './event/fields.ts'
import { validateEvent } from './event/validate.ts'

/** Event. Source: kubernetes pkg/registry/core/event. */
export const event = builtIn<Event>({
  group: '',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  versions: [{ name: 'v1', columns: eventColumns }],
  rules: {
    generation: 'none',
    createOnUpdate: true,
    dependents: 'unsupported',
    validate: (object) => validateEvent(object, 'reportingComponent'),
    selectableFields: EVENT_FIELDS,
    fieldOf: eventField,
  },
})
