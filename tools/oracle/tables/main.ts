/**
 * Derives Muster's tables of Kubernetes' types from the published Go modules of the pinned version:
 *
 *     node tools/oracle/tables/main.ts
 *
 * Writes api/tables, api/types and the fixtures of api/protobuf and api/openapi. All of it is committed, so that
 * nobody else needs Go; run it again when the pinned version changes.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { KUBERNETES_VERSION } from '@muster/api/kubernetes-version.ts'
import { ROOT } from '../../tree.ts'
import { digestDocument } from './digest.ts'
import { pack, readFixtures } from './fixtures.ts'
import { type GoStructs, readGoStructs } from './go-source.ts'
import { findModules } from './modules.ts'
import { PACKAGES } from './packages.ts'
import { readProto } from './proto-source.ts'
import { protobufTable } from './protobuf-table.ts'
import { readPublishedDocuments, readPublishedTypes } from './published.ts'
import { renderTypes } from './render-types.ts'

const modules = findModules()
const packages = PACKAGES.map((one) => ({ ...one, path: join(modules[one.module], one.folder) }))
const goStructs = new Map(packages.map(({ name, path }) => [name, readGoStructs(path)]))
const structs = (name: string): GoStructs => goStructs.get(name) ?? new Map()

const documents = readPublishedDocuments(modules.kubernetes)
const { schemas, descriptions } = readPublishedTypes(documents, structs)
const protobuf = protobufTable(
  packages.map(({ name, path }) => ({ messages: readProto(path), structs: structs(name) })),
)

write('api/tables/schemas.json', rows(schemas))
write('api/tables/descriptions.json', rows(descriptions))
write('api/tables/protobuf.json', rows(protobuf))
for (const { name, text } of renderTypes(schemas, descriptions, KUBERNETES_VERSION)) write(`api/types/${name}`, text)
write('api/protobuf/testdata/kinds.json.gz', pack(readFixtures(modules, protobuf)))
write('api/openapi/testdata/published.json.gz', pack(digests()))

/** The digest of each v3 document by its group and version, and of the v2 document. */
function digests(): Readonly<Record<string, unknown>> {
  const v3 = documents.filter(({ version }) => version !== '')
  const swagger = JSON.parse(readFileSync(join(modules.kubernetes, 'api/openapi-spec/swagger.json'), 'utf8'))
  return {
    v3: Object.fromEntries(
      v3.map(({ group, version, schemas, paths }) => [
        group === '' ? version : `${group}/${version}`,
        digestDocument({ paths, components: { schemas } }),
      ]),
    ),
    v2: digestDocument(swagger),
  }
}

/** One row per line: what changes in a new version is seen in the diff. */
function rows(table: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(table).map(([name, row]) => `${JSON.stringify(name)}:${JSON.stringify(row)}`)
  return `{\n${lines.join(',\n')}\n}\n`
}

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(ROOT, path)), { recursive: true })
  writeFileSync(join(ROOT, path), content)
}
