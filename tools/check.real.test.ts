import { ok } from 'node:assert/strict'
import { test } from 'node:test'
import { FORMAT, runCheck, TYPES } from './check.ts'

for (const check of [TYPES, FORMAT]) {
  test(`the check of ${check.name} says yes`, () => {
    const { passed, output } = runCheck(check)
    ok(passed, `${output}\nnext: ${check.next}`)
  })
}
