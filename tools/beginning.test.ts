import { ok } from 'node:assert/strict'
import { test } from 'node:test'
import { BEGINNING_PATH, printBeginning } from './beginning.ts'
import { readText } from './tree.ts'

test('a cluster begins with what the API and housekeeping would write', async () => {
  const isFresh = (await printBeginning()) === readText(BEGINNING_PATH)
  ok(isFresh, `${BEGINNING_PATH} is stale: run \`node tools/beginning.ts\``)
})
