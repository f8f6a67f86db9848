import { deepEqual, equal, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { type FieldError, sayPath } from '../../field-error.ts'
import { validateObjectMeta, validateObjectMetaUpdate } from '../../metadata/validate.ts'
import type { JsonObject } from '../../object.ts'
import { decode } from '../../schema/decode/decode.ts'
import { sortKeys } from '../../schema/json.ts'
import { typeSchemaOf } from '../../tables/schemas.ts'
import type { CustomResourceDefinition } from '../../types/apiextensions-v1.ts'
import { defaultDefinition } from '../defaults.ts'
import { asJson } from '../edge.ts'
import { validateDefinition, validateUnchanged } from './definition.ts'

const TYPE = typeSchemaOf('apiextensions.k8s.io', 'v1', 'CustomResourceDefinition')

function read(object: JsonObject): CustomResourceDefinition | undefined {
  const decoding = decode(TYPE, object, { unknown: 'drop' })
  if (!decoding.decoded) return undefined
  const definition: CustomResourceDefinition = JSON.parse(JSON.stringify(decoding.object))
  defaultDefinition(definition)
  return definition
}

function judge(definition: CustomResourceDefinition, old: CustomResourceDefinition | undefined): FieldError[] {
  if (!old) {
    const metadata = validateObjectMeta(definition.metadata, { scope: 'Cluster', name: 'dns-subdomain' })
    return [...metadata, ...validateDefinition(definition)]
  }
  return [
    ...validateObjectMetaUpdate(definition.metadata, old.metadata),
    ...validateDefinition(definition, old),
    ...validateUnchanged(definition, old),
  ]
}

test('definitions get the defaults and the judgement that Kubernetes gives them', () => {
  const text = readFileSync(new URL('../fixtures/definitions.jsonl', import.meta.url), 'utf8')
  const seen = { unreadable: 0, good: 0, refused: 0, updates: 0 }
  for (const line of text.trim().split('\n')) {
    const { question, answer } = JSON.parse(line)
    const why = JSON.stringify(question)
    const definition = read(question.object)
    equal(definition === undefined, answer.error !== undefined, why)
    if (!definition) {
      seen.unreadable++
      continue
    }
    deepEqual(sortKeys(asJson(definition)), sortKeys(answer.defaulted), why)
    const errors = judge(definition, question.old && read(question.old))
    const said = errors.map((error) => `${sayPath(error)} ${error.reason} ${error.message}`)
    const wanted = answer.errors.map(({ path, reason, message }: JsonObject) => `${path} ${reason} ${message}`)
    deepEqual(answer.unordered ? said.toSorted() : said, answer.unordered ? wanted.toSorted() : wanted, why)
    seen[wanted.length > 0 ? 'refused' : 'good']++
    if (question.old) seen.updates++
  }
  ok(seen.good > 20 && seen.refused > 50 && seen.updates > 5, JSON.stringify(seen))
})
