/** What every file system must do: the one in memory does as the machine's. */
import { deepEqual, equal, rejects } from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { FileSystem } from './file-system.ts'
import { memoryFileSystem } from './memory-file-system.ts'
import { nodeFileSystem } from './node-file-system.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

async function contract(files: FileSystem, root: string): Promise<void> {
  const text = async (path: string, last?: number) => {
    const read = await files.read(`${root}/${path}`, last)
    return read && new TextDecoder().decode(read)
  }
  await files.makeDirectory(`${root}/a/b`)
  await files.makeDirectory(`${root}/a/b`)
  await files.write(`${root}/a/b/one`, bytes('first'), 0o640)
  await files.write(`${root}/a/b/one`, bytes('second'), 0o600)
  equal(await text('a/b/one'), 'second')
  equal(await text('a/b/one', 3), 'ond')
  equal(await text('a/none'), undefined)
  equal(await text('a/b/one/none'), undefined)
  await files.link(`${root}/a/now`, 'b')
  equal(await files.readLink(`${root}/a/now`), 'b')
  equal(await files.readLink(`${root}/a/b`), undefined)
  equal(await text('a/now/one'), 'second')
  await rejects(files.link(`${root}/a/now`, 'b'))
  await files.makeDirectory(`${root}/a/c`)
  await files.write(`${root}/a/c/one`, bytes('third'), 0o600)
  await files.link(`${root}/a/next`, 'c')
  await files.rename(`${root}/a/next`, `${root}/a/now`)
  equal(await text('a/now/one'), 'third')
  deepEqual(await files.list(`${root}/a`), ['b', 'c', 'now'])
  deepEqual(await files.list(`${root}/none`), [])
  equal(await files.kindOf(`${root}/a/now`), 'directory')
  equal(await files.kindOf(`${root}/a/now/one`), 'file')
  equal(await files.kindOf(`${root}/none`), undefined)
  await files.remove(`${root}/a/now`)
  equal(await text('a/c/one'), 'third')
  await files.rename(`${root}/a/b`, `${root}/a/d`)
  equal(await text('a/d/one'), 'second')
  await files.remove(`${root}/a`)
  await files.remove(`${root}/a`)
  deepEqual(await files.list(root), [])
  await rejects(files.write(`${root}/none/one`, bytes(''), 0o600))
}

test('in memory', async () => {
  const files = memoryFileSystem()
  await files.makeDirectory('/root')
  await contract(files, '/root')
})

test('on the machine', async () => {
  const root = await mkdtemp(join(tmpdir(), 'files-'))
  try {
    await contract(nodeFileSystem, root)
  } finally {
    await rm(root, { recursive: true })
  }
})
