/** Prints what was found into docs/conformance.md. */
import type { Finding } from './finding.ts'

/** A run of all checks. */
export interface Run {
  readonly date: string
  readonly muster: string
  readonly node: string
  readonly findings: readonly Finding[]
}

/** The page with its part between the marks printed anew. */
export function printInto(page: string, run: Run): string {
  const [before, rest] = split(page, START)
  const [, after] = split(rest, END)
  return `${before}${START}\n\n${printRun(run)}\n\n${END}${after}`
}

/** Two marks that the page always has. */
const START = '<!-- run -->'
const END = '<!-- /run -->'

function split(text: string, mark: string): readonly [string, string] {
  const at = text.indexOf(mark)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + mark.length)]
}

/** A table of all, then every trouble in full. */
export function printRun({ date, muster, node, findings }: Run): string {
  const well = findings.filter(({ troubles }) => troubles.length === 0).length
  const rows = findings.map(
    ({ client, version, did, figures, troubles }) =>
      `| ${client} | ${version} | ${did} | ${troubles.length === 0 ? 'all well' : `${troubles.length} not`} | ${figures} |`,
  )
  const troubles = [...gatherTroubles(findings)].map(
    ([trouble, clients]) => `${clients.join(', ')}:\n\n\`\`\`text\n${trouble}\n\`\`\``,
  )
  return [
    `Last run on ${date}: Muster ${muster} on Node ${node}; ${well} of ${findings.length} clients without trouble.`,
    ['| client | version | what it did | result | figures |', '| --- | --- | --- | --- | --- |', ...rows].join('\n'),
    ...(troubles.length === 0 ? [] : ['### What was not as expected', ...troubles]),
  ].join('\n\n')
}

/** Each trouble once, with all who have it: what one kubectl meets, most of the others meet too. */
function gatherTroubles(findings: readonly Finding[]): ReadonlyMap<string, readonly string[]> {
  const gathered = new Map<string, string[]>()
  for (const { client, version, troubles } of findings) {
    for (const trouble of troubles) {
      const clients = gathered.get(trouble.trim()) ?? []
      gathered.set(trouble.trim(), [...clients, `${client} ${version}`])
    }
  }
  return gathered
}
