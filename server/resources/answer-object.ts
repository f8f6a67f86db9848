/** Objects that are answered and not kept: reviews, tokens, statuses of subresources. */
import { type ApiResponse, answer } from '@muster/api/message.ts'
import { alignNamespace } from '@muster/api/metadata/system-fields.ts'
import { apiVersionOf, type KubeObject } from '@muster/api/object.ts'
import { typeSchemaOf } from '@muster/api/tables/schemas.ts'
import type { Revision } from '@muster/store/store.ts'
import { writeOptions } from '../http/options.ts'
import type { Served } from '../registry/registry.ts'
import { encodeObject, storedVersion } from '../storage/stored-object.ts'
import { acceptedOf } from './accepted.ts'
import type { AnswerDeps } from './answer.ts'
import { namespaceOf, type ResourceCall } from './call.ts'
import { bodyTypeOf, decodeBody, settleStrict } from './decode-body.ts'
import { formOf } from './forms.ts'

const NEVER_WRITTEN = 0 as Revision

/** A kind of Kubernetes' own that is served under another's path. */
export const passingKind = (group: string, version: string, kind: string): Served => ({
  builtIn: true,
  kind: {
    group,
    kind,
    listKind: `${kind}List`,
    plural: `${kind.toLowerCase()}s`,
    singular: kind.toLowerCase(),
    shortNames: [],
    categories: [],
    scope: 'Namespaced',
    versions: [],
    storedAs: version,
    rules: { generation: 'none' },
  },
  version: {
    name: version,
    served: true,
    schema: () => typeSchemaOf(group, version, kind),
    columns: [],
    subresources: {},
  },
})

/** The body as an object of a kind that passes by; the call's own kind when none is given. */
export function decodePassing(call: ResourceCall, served: Served = call.served) {
  const { request } = call
  const options = writeOptions(request.query, 'create')
  const type = bodyTypeOf(served)
  const { object, strict } = decodeBody(request.body, request.headers['content-type'], type, options.fieldValidation)
  call.warnings.push(...settleStrict(strict, options.fieldValidation, type))
  served.version.default?.(object)
  alignNamespace(object.metadata, namespaceOf(call))
  call.trail.received(object)
  return { object, options }
}

/** Answers with an object, in the form that the client wants. */
export function answerPassing(
  call: ResourceCall,
  { objects, clock }: Pick<AnswerDeps, 'objects' | 'clock'>,
  status: number,
  object: KubeObject,
  served: Served = call.served,
): ApiResponse {
  const typed = {
    ...object,
    apiVersion: apiVersionOf({ group: served.kind.group, version: served.version.name }),
    kind: served.kind.kind,
  }
  const form = formOf({
    served,
    accepted: acceptedOf({ ...call, served }),
    objects,
    now: () => clock.now(),
    includeObject: 'Metadata',
    generation: 0,
  })
  const shown = storedVersion({
    key: '',
    bytes: encodeObject(typed),
    revision: NEVER_WRITTEN,
    createRevision: NEVER_WRITTEN,
  })
  return answer(status, form.contentType, form.object(shown))
}
