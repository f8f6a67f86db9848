/** The JavaScript client of Kubernetes, as `npm test` runs it, counted. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { run } from 'node:test'
import type { Check } from './finding.ts'

/** `client-node.real.test.ts`. */
export const clientNodeCheck: Check = {
  name: 'client-node',
  async run() {
    const files = [join(import.meta.dirname, 'client-node.real.test.ts')]
    const troubles: string[] = []
    let passed = 0
    const began = performance.now()
    for await (const { type, data } of run({ files, isolation: 'process' })) {
      if (type === 'test:fail') troubles.push(`${data.name}: ${data.details.error.message}`)
      if (type === 'test:pass') passed++
    }
    const seconds = ((performance.now() - began) / 1000).toFixed(0)
    return [
      {
        client: '@kubernetes/client-node',
        version: installedVersion(),
        did: 'create, read, replace, patch, delete, server-side apply, an informer; through a kill and a clean restart',
        figures: `${passed} of ${passed + troubles.length} tests, ${seconds} s`,
        troubles,
      },
    ]
  },
}

function installedVersion(): string {
  const main = createRequire(import.meta.url).resolve('@kubernetes/client-node')
  const manifest = readFileSync(join(main, '..', '..', 'package.json'), 'utf8')
  return String((JSON.parse(manifest) as { version?: string }).version)
}
