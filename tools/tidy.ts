/** Keeps the walls of the house: imports, words, and a sentence for every export. One line per finding. */
import { isTest, roomOf, unitOf } from './layers.ts'
import { dependenciesOf } from './manifest.ts'
import { blank } from './tidy/blank.ts'
import { findUndescribed } from './tidy/doc-comments.ts'
import { type Finding, formatFinding, type Reading } from './tidy/finding.ts'
import { type DeclaredPackages, findBrokenWalls } from './tidy/walls.ts'
import { findBannedWords } from './tidy/words.ts'
import { readTree, type Source } from './tree.ts'

/** Every breach in these files as `path:line: what; use X instead`, file by file and line by line. */
export function tidy(sources: readonly Source[]): readonly string[] {
  const declared = declaredPackages(sources)
  return sources
    .filter(({ path }) => !path.endsWith('package.json'))
    .flatMap(({ path, text }) => {
      const reading = { path, text, blanked: blank(text) }
      const findings = findBreaches(reading, declared).toSorted((one, other) => one.at - other.at)
      return [...new Set(findings.map((finding) => formatFinding(reading, finding)))]
    })
}

function findBreaches(reading: Reading, declared: DeclaredPackages): readonly Finding[] {
  const { path, blanked } = reading
  if (!roomOf(path)) {
    const unit = unitOf(path)
    return [{ at: 0, what: `${unit} is no room of the house`, use: 'a room of tools/layers.ts' }]
  }
  if (blanked.unclosedAt !== undefined) {
    return [{ at: blanked.unclosedAt, what: 'a string, template or comment that never closes', use: 'a closing mark' }]
  }
  return [...findBrokenWalls(reading, declared), ...findBannedWords(reading), ...findUndescribed(reading)]
}

function declaredPackages(sources: readonly Source[]): DeclaredPackages {
  const manifests = new Map(
    sources.filter(({ path }) => path.endsWith('package.json')).map(({ path, text }) => [path, text]),
  )
  const namesIn = (path: string) => dependenciesOf(manifests.get(path) ?? '{}')
  return (path) => {
    const own = namesIn(`${roomOf(path)?.name}/package.json`)
    // What only tests use is declared once, at the root.
    const shared = isTest(path) ? namesIn('package.json') : []
    return new Set([...own, ...shared])
  }
}

if (import.meta.main) {
  const findings = tidy(readTree())
  for (const finding of findings) console.error(finding)
  process.exitCode = findings.length > 0 ? 1 : 0
}
