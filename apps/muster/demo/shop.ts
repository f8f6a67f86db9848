/** The shop of apps/shop as a demo: its manifests as they lie there, and its images as programs of this machine. */
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { KubeObject } from '@muster/api/object.ts'
import { parseAllDocuments } from 'yaml'
import { shopFolder } from '../workers.ts'
import type { Demo, ImageMap } from './demo.ts'

/** What keeps a service of the shop small: half of what its youngest objects would otherwise be given. */
const NODE_FLAGS = ['--max-semi-space-size=1', '--max-old-space-size=64']

/** The shop. */
export const shop: Demo = {
  name: 'shop',
  namespace: 'shop',
  page: 'web',
  async objects() {
    const manifests = await readFile(join(fileURLToPath(shopFolder), 'manifests', 'shop.yaml'), 'utf8')
    return parseAllDocuments(manifests).map((document) => document.toJS() as KubeObject)
  },
  images: async () => shopImages(fileURLToPath(shopFolder), process.execPath, await findPython()),
}

/**
 * `host/shop-cart` is services/cart.js, run by Node. Where there is a Python, a service that has a twin in it is that:
 * services/ratings.py.
 */
export async function shopImages(folder: string, node: string, python: string | undefined): Promise<ImageMap> {
  const services = join(folder, 'services')
  const files = await readdir(services)
  const images: Record<string, readonly string[]> = {
    'host/shop-load': [node, ...NODE_FLAGS, join(folder, 'load.js')],
  }
  for (const file of files.filter((name) => name.endsWith('.js'))) {
    const name = file.slice(0, -'.js'.length)
    const twin = `${name}.py`
    images[`host/shop-${name}`] =
      python !== undefined && files.includes(twin)
        ? [python, join(services, twin)]
        : [node, ...NODE_FLAGS, join(services, file)]
  }
  return images
}

/** The first Python of this machine that is new enough; its own path, since shims of version managers cost a process. */
async function findPython(): Promise<string | undefined> {
  const ask = 'import sys; print(sys.executable if sys.version_info >= (3, 8) else "")'
  for (const program of ['python3', 'python']) {
    try {
      const { stdout } = await promisify(execFile)(program, ['-c', ask], { timeout: 3_000 })
      if (stdout.trim()) return stdout.trim()
    } catch {
      // Another name may do.
    }
  }
  return undefined
}
