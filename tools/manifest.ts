/** Reads what a package.json says it depends on. */

/** The names under `dependencies`, `devDependencies` and `optionalDependencies`, in the order of the file. */
export function dependenciesOf(manifestText: string): readonly string[] {
  const manifest: unknown = JSON.parse(manifestText)
  return ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((section) => keysUnder(manifest, section))
}

/** The folders that the root's package.json lists as workspaces. */
export function workspacesOf(manifestText: string): readonly string[] {
  const manifest: unknown = JSON.parse(manifestText)
  const listed = isRecord(manifest) ? manifest.workspaces : undefined
  return Array.isArray(listed) ? listed.map(String) : []
}

function keysUnder(manifest: unknown, section: string): readonly string[] {
  const listed = isRecord(manifest) ? manifest[section] : undefined
  return isRecord(listed) ? Object.keys(listed) : []
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
