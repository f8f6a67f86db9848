/** Packs Kubernetes' own round-trip data (k8s.io/api testdata/HEAD: a JSON and a protobuf of each kind) into one file. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Modules } from './modules.ts'
import { PACKAGES } from './packages.ts'

/** One object, both ways. */
export interface Fixture {
  /** `apps.v1.Deployment`; the core group is called `core`. */
  readonly name: string
  /** Its type's full name. */
  readonly type: string
  readonly json: unknown
  /** With its envelope, in base64. */
  readonly protobuf: string
}

const FOLDERS = {
  api: 'testdata/HEAD',
  apiextensions: 'pkg/apis/testdata/HEAD',
} as const

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1'

/** The fixtures of every kind that has a row in the table of protobuf, in byte order of their names. */
export function readFixtures(modules: Modules, protobuf: Readonly<Record<string, unknown>>): readonly Fixture[] {
  return Object.entries(FOLDERS).flatMap(([module, folder]) => {
    const path = join(modules[module === 'api' ? 'api' : 'apiextensions'], folder)
    return readdirSync(path)
      .filter((file) => file.endsWith('.pb'))
      .sort()
      .flatMap((file) => {
        const name = file.slice(0, -'.pb'.length)
        const type = typeOf(name, protobuf)
        if (!type) return []
        const json: unknown = JSON.parse(readFileSync(join(path, `${name}.json`), 'utf8'))
        return [{ name, type, json, protobuf: readFileSync(join(path, file), 'base64') }]
      })
  })
}

/** JSON, compressed. The same value gives the same bytes. */
export const pack = (value: unknown): Uint8Array => gzipSync(JSON.stringify(value), { level: 9 })

function typeOf(name: string, protobuf: Readonly<Record<string, unknown>>): string | undefined {
  const [, group = '', version, kind] = /^(.+)\.(v\w+)\.(\w+)$/.exec(name) ?? []
  const served = PACKAGES.find(
    ({ serves }) => serves?.group === (group === 'core' ? '' : group) && serves.version === version,
  )
  return [`${served?.name}.${kind}`, `${META}.${kind}`].find((type) => served && type in protobuf)
}
