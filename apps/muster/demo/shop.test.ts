import { deepEqual, equal, ok } from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { shopFolder } from '../workers.ts'
import { shop, shopImages } from './shop.ts'

const folder = fileURLToPath(shopFolder)

interface Workload {
  readonly kind: string
  readonly spec?: { readonly template?: { readonly spec?: { readonly containers?: readonly { image: string }[] } } }
}

test('every image of the manifests is a program that is there, with Python and without', async () => {
  const wanted = ((await shop.objects()) as readonly Workload[]).flatMap(
    ({ spec }) => spec?.template?.spec?.containers?.map(({ image }) => image) ?? [],
  )
  equal(wanted.length, 8)
  for (const python of [undefined, '/usr/bin/python3']) {
    const images = await shopImages(folder, '/usr/bin/node', python)
    for (const image of [...wanted, 'host/shop-load']) {
      const file = images[image]?.at(-1) ?? ''
      ok(existsSync(file), `${image} is ${file}`)
    }
    deepEqual(Object.keys(images).sort(), [...new Set([...wanted, 'host/shop-load'])].sort())
    equal(images['host/shop-ratings']?.[0], python ?? '/usr/bin/node')
    ok(images['host/shop-ratings']?.at(-1)?.endsWith(python ? 'ratings.py' : 'ratings.js'))
  }
})

test('every container is probed, drains before it goes, and says what it needs', async () => {
  for (const { kind, spec } of (await shop.objects()) as readonly Workload[]) {
    for (const container of spec?.template?.spec?.containers ?? []) {
      for (const field of ['startupProbe', 'readinessProbe', 'livenessProbe', 'lifecycle', 'resources']) {
        ok(field in container, `${kind} ${container.image}: ${field}`)
      }
    }
  }
})
