/** Prints the pages that follow from tables in code: `npm run docs` writes them, `--check` only compares. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assert } from '@muster/base/errors.ts'
import { SYSTEMS } from 'muster/capabilities.ts'
import { capabilitiesPage } from './docs/capabilities-page.ts'
import { clusterPart } from './docs/cluster-part.ts'
import { e2ePart } from './docs/e2e-part.ts'
import { drawHouse, listArrows, roomsTable } from './docs/house.ts'
import { oraclePart } from './docs/oracle-part.ts'
import { workspacesOf } from './manifest.ts'
import { ROOT, readText } from './tree.ts'

/** A page of the house as it should be. */
export interface Page {
  readonly path: string
  readonly text: string
}

/** Every page that is printed, whole or in part. */
export function printPages(): readonly Page[] {
  const standing = new Set(workspacesOf(readText('package.json')))
  const architecture = [
    ['rooms', roomsTable(standing)],
    ['house', fenced(drawHouse(standing))],
    ['arrows', fenced(listArrows())],
  ] as const
  const conformance = [
    ['oracle', oraclePart()],
    ['cluster', clusterPart()],
    ['e2e', e2ePart()],
  ] as const
  return [
    { path: 'docs/capabilities.md', text: capabilitiesPage(SYSTEMS, 'en') },
    { path: 'docs/capabilities.zh-CN.md', text: capabilitiesPage(SYSTEMS, 'zh') },
    {
      path: 'docs/conformance.md',
      text: conformance.reduce(
        (text, [part, print]) => replacePart(text, part, print),
        readText('docs/conformance.md'),
      ),
    },
    {
      path: 'ARCHITECTURE.md',
      text: architecture.reduce((text, [part, print]) => replacePart(text, part, print), readText('ARCHITECTURE.md')),
    },
  ]
}

/** The paths of pages that are not what they should be. */
export const stalePages = (): readonly string[] =>
  printPages()
    .filter(({ path, text }) => !existsSync(join(ROOT, path)) || readText(path) !== text)
    .map(({ path }) => path)

const fenced = (picture: string): string => `\`\`\`text\n${picture}\n\`\`\``

/** The text with what stands between `<!-- part -->` and `<!-- /part -->` printed anew. */
export function replacePart(text: string, part: string, print: string): string {
  const [before, rest] = splitOnce(text, `<!-- ${part} -->`)
  const [, after] = splitOnce(rest, `<!-- /${part} -->`)
  return `${before}<!-- ${part} -->\n\n${print}\n\n<!-- /${part} -->${after}`
}

function splitOnce(text: string, mark: string): readonly [string, string] {
  const at = text.indexOf(mark)
  assert(at >= 0, `the page has the mark ${mark}`)
  return [text.slice(0, at), text.slice(at + mark.length)]
}

if (import.meta.main) {
  const stale = stalePages()
  if (process.argv.includes('--check')) {
    for (const path of stale) console.error(`${path}:1: differs from its table in code; use npm run docs instead`)
    process.exitCode = stale.length > 0 ? 1 : 0
  } else {
    for (const { path, text } of printPages()) writeFileSync(join(ROOT, path), text)
    console.log(stale.length > 0 ? `written: ${stale.join(', ')}` : 'all pages were as they should be')
  }
}
