/**
 * Writes server/cluster/beginning.json: what every logical cluster begins with. To be run when that changes; a test says
 * so: `node tools/beginning.ts`.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeBeginning } from 'muster/api-server/make-beginning.ts'
import { ROOT } from './tree.ts'

/** The table, and where it stands. */
export const BEGINNING_PATH = 'server/cluster/beginning.json'

/** The table as it should be: one object a line. */
export async function printBeginning(): Promise<string> {
  const { made, furnished } = await makeBeginning()
  const lines = (all: readonly object[]) => all.map((one) => JSON.stringify(one)).join(',\n')
  return `{"made":[\n${lines(made)}\n],"furnished":[\n${lines(furnished)}\n]}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(join(ROOT, BEGINNING_PATH), await printBeginning())
