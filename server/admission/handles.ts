/** Small questions by which a step says what it is for. */
import type { AdmissionRequest, AdmissionStep } from './admission.ts'

/** One resource, itself and no subresource of it, for some verbs. */
export const itself =
  (group: string, resource: string, ...verbs: readonly AdmissionRequest['verb'][]): AdmissionStep['handles'] =>
  (verb, asked, subresource) =>
    subresource === '' && asked.resource === resource && asked.group === group && verbs.includes(verb)

/** One subresource of one resource, for one verb. */
export const below =
  (group: string, resource: string, subresource: string, verb: AdmissionRequest['verb']): AdmissionStep['handles'] =>
  (askedVerb, asked, askedSubresource) =>
    askedSubresource === subresource && asked.resource === resource && asked.group === group && askedVerb === verb
