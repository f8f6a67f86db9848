import { finds, findsInLine, letsPass } from './planted.ts'

const without = (name: string) => `'${name}' is exported without a word; use a doc comment of one true sentence instead`

for (const path of ['store/a.ts', 'apps/muster/a.ts', 'bench/a.ts']) {
  finds(path, without('put'), [
    'export function put() {}',
    'export async function put() {}',
    'export function* put() {}',
    'export const put = 1',
    'export type put = string',
    'export interface put { readonly key: string }',
    'export class put {}',
    'export abstract class put {}',
  ])
}
findsInLine(2, 'store/a.ts', without('Key'), '// Not a doc comment.\nexport type Key = string')
findsInLine(2, 'store/a.ts', without('Key'), '/** */\nexport type Key = string')
findsInLine(4, 'store/a.ts', without('Key'), "/** Of the file. */\nimport './b.ts'\n\nexport type Key = string")
findsInLine(3, 'store/a.ts', without('two'), '/** Of one. */\nexport const one = 1\nexport const two = 2')
findsInLine(
  2,
  'store/a.ts',
  'an export apart from its declaration; use export where it is declared instead',
  'const put = 1\nexport { put }',
)

letsPass('store/a.ts', [
  '/** A key. */\nexport type Key = string',
  '/**\n * Puts a key.\n */\n// A comment for the linter may stand between.\nexport async function put() {}',
  '/** Of the file, which is about one thing. */\nexport const put = 1',
  '/** Reads. */\nexport function read(x: 1): 1\nexport function read(x: 2): 2\nexport function read(x: unknown) {}',
  "export { put } from './put.ts'",
  "export type { Key } from './key.ts'",
  "export * from './get.ts'",
  'const text = `\nexport const put = 1`',
])
letsPass('store/a.test.ts', ['export const put = 1'])
