import { deepEqual, equal, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { isValidatedFormat, matchesFormat } from './formats.ts'
import { compilePattern } from './pattern.ts'

const read = (name: string) =>
  readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

test('every format accepts what Kubernetes accepts', () => {
  const [{ question, answer }] = read('formats.jsonl')
  for (const format of question.formats) {
    ok(isValidatedFormat(format), format)
    deepEqual(
      question.inputs.filter((input: string) => matchesFormat(format, input)),
      answer.accepted[format],
      format,
    )
  }
  ok(question.formats.length === 27 && question.inputs.length > 250)
})

test('a format that is not checked accepts everything', () => {
  equal(isValidatedFormat('int-or-string'), false)
  equal(matchesFormat('colour', 'no colour'), true)
})

test('patterns are read, refused and matched as Go does it', () => {
  for (const { question, answer } of read('patterns.jsonl')) {
    const pattern = compilePattern(question.pattern)
    const came = pattern.valid
      ? { verdicts: question.inputs.map((input: string) => pattern.matches(input)) }
      : { error: pattern.why }
    deepEqual(came, answer, question.pattern)
  }
})
