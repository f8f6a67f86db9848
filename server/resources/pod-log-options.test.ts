import { doesNotThrow, equal, throws } from 'node:assert/strict'
import { test } from 'node:test'
import { statusOf } from '@muster/api/status.ts'
import { isControlError } from '@muster/base/errors.ts'
import { checkLogOptions } from './pod-log-options.ts'

const asked = (query: string) => checkLogOptions(new URLSearchParams(query), 'web')

const FINE = ['', 'follow=true', 'tailLines=0', 'limitBytes=1', 'sinceSeconds=1', 'sinceTime=2026-01-01T00:00:00Z']
for (const query of FINE) test(`a log may be asked for with '${query}'`, () => doesNotThrow(() => asked(query)))

const WRONG: readonly (readonly [query: string, code: number, message: RegExp])[] = [
  ['tailLines=many', 400, /strconv\.ParseInt: parsing "many": invalid syntax/],
  ['tailLines=-1', 422, /tailLines: Invalid value: -1: must be greater than or equal to 0/],
  ['limitBytes=0', 422, /limitBytes: Invalid value: 0: must be greater than 0/],
  ['sinceSeconds=0', 422, /sinceSeconds: Invalid value: 0: must be greater than 0/],
  ['sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z', 422, /at most one of `sinceTime` or `sinceSeconds`/],
  ['stream=Stdout', 422, /stream: Forbidden: may not be specified/],
]
for (const [query, code, message] of WRONG) {
  test(`a log may not be asked for with '${query}'`, () => {
    throws(
      () => asked(query),
      (error) => {
        if (!isControlError(error)) return false
        equal(statusOf(error).code, code)
        return message.test(error.message)
      },
    )
  })
}
