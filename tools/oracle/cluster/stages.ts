/** How kwok's machines behave: as kwok ships it for the fast ones. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Pods run and are ready at once, are gone when they are deleted; nodes are ready, and renew their leases. */
const FOLDERS = ['pod/fast', 'node/fast', 'node/heartbeat-with-lease']

/** Writes the stages of kwok's module as one file, and answers its path. */
export async function writeStages(module: string, folder: string): Promise<string> {
  const texts: string[] = []
  for (const stages of FOLDERS.map((name) => join(module, 'kustomize', 'stage', name))) {
    const files = (await readdir(stages)).filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml')
    for (const file of files.sort()) texts.push(await readFile(join(stages, file), 'utf8'))
  }
  const path = join(folder, 'stages.yaml')
  await writeFile(path, texts.join('\n---\n'))
  return path
}
