/** Answers with an object of the call's own kind, in the form that the client wants. */
import { type ApiResponse, answer } from '@muster/api/message.ts'
import type { StoredObject } from '../storage/stored-object.ts'
import { type AnswerDeps, formFor } from './answer.ts'
import type { ResourceCall } from './call.ts'

/** 200, and the object. */
export function answerObject(call: ResourceCall, deps: AnswerDeps, object: StoredObject): ApiResponse {
  const form = formFor(call, deps)
  return answer(200, form.contentType, form.object(object))
}
