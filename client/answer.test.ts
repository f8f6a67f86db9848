import { equal, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { answerJson, answerText } from '@muster/api/message.ts'
import { hasCode } from '@muster/base/errors.ts'
import { readAnswer } from './answer.ts'

for (const [status, code] of [
  [404, 'NotFound'],
  [429, 'TooManyRequests'],
  [503, 'Unavailable'],
] as const) {
  test(`a plain ${status} is ${code}`, async () => {
    await rejects(readAnswer(answerText(status, 'no\n')), (error) => hasCode(error, code))
  })
}

test('an answer that is no JSON is a fault, and a Status is the error that it stands for', async () => {
  await rejects(readAnswer(answerText(200, 'well')), (error) => hasCode(error, 'Internal'))
  const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'AlreadyExists', code: 409 }
  await rejects(readAnswer(answerJson(409, { ...status, message: 'there is one' })), (error: Error) => {
    equal(error.message, 'there is one')
    return hasCode(error, 'AlreadyExists')
  })
})
