import { finds, findsInLine, letsPass } from './planted.ts'

// The arrows, in every form in which one file can reach for another.
finds('store/a.ts', 'store may not import api/kind.ts; use base instead', [
  "import { kind } from '@muster/api/kind.ts'",
  "import { kind } from '../api/kind.ts'",
  "import type { Kind } from '@muster/api/kind.ts'",
  "import * as kinds from '@muster/api/kind.ts' with { why: 'not' }",
  "import '@muster/api/kind.ts'",
  "import/* nothing */'@muster/api/kind.ts'",
  "const kind = await import('@muster/api/kind.ts')",
  "const kind = await import(/* now */ '@muster/api/kind.ts', {})",
  'const kind = await import(`@muster/api/kind.ts`)',
  `const kind = \`\${await import('@muster/api/kind.ts')}\``,
  "type Kind = import('@muster/api/kind.ts').Kind",
  "export { kind } from '@muster/api/kind.ts'",
  "export * from '@muster/api/kind.ts'",
  "import.meta.resolve('@muster/api/kind.ts')",
  "new Worker(new URL('../api/kind.ts', import.meta.url))",
  "const url = new URL('../api/kind.ts', import.meta.url)",
])
findsInLine(
  4,
  'store/a.ts',
  'store may not import api/kind.ts; use base instead',
  "import {\n  one,\n  two,\n} from '@muster/api/kind.ts'",
)
finds('base/a.ts', 'base may not import api/kind.ts; use nothing but its own files instead', [
  "import { kind } from '@muster/api/kind.ts'",
])
finds('store/a.ts', 'store may not import apps/muster/run.ts; use base instead', [
  "import { run } from 'muster/run.ts'",
])
finds('store/a.ts', 'store may not import apps/console/run.ts; use base instead', [
  "import { run } from '@muster/console/run.ts'",
])
for (const room of ['agent', 'apps/console', 'packs/traffic']) {
  finds(`${room}/a.ts`, `${room} may not import packs/fleet/decide.ts; use packs/fleet/types.ts instead`, [
    "import { decide } from '@muster/packs/fleet/decide.ts'",
  ])
  letsPass(`${room}/a.ts`, ["import type { Machine } from '@muster/packs/fleet/types.ts'"])
}
letsPass('store/a.ts', ["import { seconds } from '@muster/base/clock.ts'", "import { keys } from './sqlite/keys.ts'"])
letsPass('store/sqlite/a.ts', ["import { keys } from '../keys.ts'"])
letsPass('packs/fleet/drivers/a.ts', ["import { decide } from '../decide.ts'"])
letsPass('apps/muster/a.ts', ["import { open } from '@muster/store/sqlite/open.ts'"])
letsPass('store/a.test.ts', ["import { network } from '@muster/sim/network.ts'"])

// Doors: how a room is entered.
finds('store/a.ts', "'../base/clock.ts' leaves store; use '@muster/base/clock.ts' instead", [
  "import { seconds } from '../base/clock.ts'",
])
finds('store/sqlite/a.test.ts', "'../../base/clock.ts' leaves store; use '@muster/base/clock.ts' instead", [
  "import { seconds } from '../../base/clock.ts'",
])
finds('packs/fleet/a.ts', "'../traffic/types.ts' leaves packs/fleet; use '@muster/packs/traffic/types.ts' instead", [
  "import type { Route } from '../traffic/types.ts'",
])
finds('store/a.ts', "'../package.json' leaves store; use a value passed in instead", [
  "import house from '../package.json'",
])
finds('store/a.ts', "'@muster/base' names no file; use '@muster/base/FILE.ts' instead", [
  "import { seconds } from '@muster/base'",
])
finds('store/a.ts', 'store/model.test.ts is a test; use a file that is no test instead', [
  "import { model } from './model.test.ts'",
])

// Rooms that nobody declared.
finds('store/a.ts', "'@muster/attic/x.ts' is no room of the house; use a room of tools/layers.ts instead", [
  "import { x } from '@muster/attic/x.ts'",
])
finds('attic/a.ts', 'attic is no room of the house; use a room of tools/layers.ts instead', ['const x = 1'])
finds('apps/attic/a.ts', 'apps/attic is no room of the house; use a room of tools/layers.ts instead', ['const x = 1'])
finds('loose.ts', 'loose.ts is no room of the house; use a room of tools/layers.ts instead', ['const x = 1'])

// Imports that nobody can check by reading.
finds('store/a.ts', 'an import that is not written out; use a literal specifier instead', [
  'await import(name)',
  "await import('./a' + name)",
  `await import(\`./\${name}.ts\`)`,
  "import { x } from '\\x2e./server/x.ts'",
  'import.meta.resolve(name)',
])
finds('store/a.ts', 'require; use import instead', [
  "const x = require('./x.ts')",
  "import x = require('./x.ts')",
  "require.resolve('./x.ts')",
])
finds('store/a.ts', "a worker named by a string; use new URL('./x-worker.ts', import.meta.url) instead", [
  "new Worker('./w.ts')",
])
finds('store/a.ts', 'a reference directive; use import instead', ['/// <reference path="../server/http.ts" />'])
for (const specifier of ['/srv/x.ts', 'file:///srv/x.ts', 'data:text/javascript,1', '#x']) {
  finds('store/a.ts', `'${specifier}' cannot be checked; use a package name instead`, [`import '${specifier}'`])
}

// What Node brings.
finds('store/a.ts', 'store may not use node:fs/promises; use what its caller passes in instead', [
  "import { readFile } from 'node:fs/promises'",
])
finds('store/sqlite/a.ts', 'store may not use node:timers; use what its caller passes in instead', [
  "import * as timers from 'node:timers'",
])
finds('kernel/a.ts', 'kernel may not use node:path; use what its caller passes in instead', [
  "import { join } from 'node:path'",
])
finds('base/a.ts', 'base may not use node:crypto; use what its caller passes in instead', [
  "import { createHash } from 'node:crypto'",
])
finds('base/system.ts', 'base may not use node:net; use what its caller passes in instead', [
  "import { createServer } from 'node:net'",
])
finds('tools/a.ts', "'path' has no prefix; use 'node:path' instead", ["import { join } from 'path'"])
finds('store/sqlite/a.ts', 'store may not use node:zlib; use what its caller passes in instead', [
  "import { crc32 } from 'node:zlib'",
])
finds('store/a.ts', 'store may not use node:timers/promises; use what its caller passes in instead', [
  "import * as timers from 'node:timers/promises'",
])
finds('store/a.ts', 'store may not use node:test; use what its caller passes in instead', [
  "import { test } from 'node:test'",
])
finds('store/memory/a.ts', 'store may not use node:crypto; use what its caller passes in instead', [
  "import { createHash } from 'node:crypto'",
])
letsPass('store/sqlite/a.ts', [
  "import { DatabaseSync } from 'node:sqlite'",
  "import { createHash } from 'node:crypto'",
  "import { open } from 'node:fs/promises'",
  "import { setImmediate } from 'node:timers/promises'",
  "import { Worker } from 'node:worker_threads'",
])
letsPass('store/a.ts', ["import { crc32 } from 'node:zlib'"])
letsPass('kernel/a.test.ts', ["import { tmpdir } from 'node:os'"])
letsPass('bench/a.ts', ["import { tmpdir } from 'node:os'"])

// What others bring.
finds('store/a.ts', "'lodash' is not in store/package.json; use a declared dependency instead", [
  "import chunk from 'lodash/chunk'",
])
finds('store/a.ts', "'@grpc/proto-loader' is not in store/package.json; use a declared dependency instead", [
  "import { load } from '@grpc/proto-loader'",
])
finds('sim/a.ts', "'sorted-btree' is not in sim/package.json; use a declared dependency instead", [
  "import BTree from 'sorted-btree'",
])
finds('store/a.ts', "'fast-check' is not in store/package.json; use a declared dependency instead", [
  "import { property } from 'fast-check'",
])
letsPass('store/a.ts', ["import BTree from 'sorted-btree'", "import { status } from '@grpc/grpc-js/build/status.js'"])
finds('tools/a.ts', "'fast-check' is not in tools/package.json; use a declared dependency instead", [
  "import { property } from 'fast-check'",
])
finds('packs/fleet/a.ts', "'lodash' is not in packs/package.json; use a declared dependency instead", [
  "import chunk from 'lodash/chunk'",
])
letsPass('store/a.test.ts', ["import { property } from 'fast-check'"])

// Rooms are declared like any package, but for the room itself and in tests.
finds('bench/a.ts', "'@muster/sim' is not in bench/package.json; use a declared dependency instead", [
  "import { day } from '@muster/sim/day.ts'",
  "const day = await import('@muster/sim/day.ts')",
])
finds('tools/a.ts', "'muster' is not in tools/package.json; use a declared dependency instead", [
  "import { run } from 'muster/run.ts'",
])
letsPass('bench/a.test.ts', ["import { day } from '@muster/sim/day.ts'"])
letsPass('store/a.ts', ["import { keys } from '@muster/store/keys.ts'"])

// What only tests import is held to the rules of tests, and only tests may import it.
const SUITE = 'store/contract/suite.ts is a test; use a file that is no test instead'
finds('store/a.ts', SUITE, ["import { suite } from './contract/suite.ts'"])
finds('apps/muster/a.ts', SUITE, ["import { suite } from '@muster/store/contract/suite.ts'"])
letsPass('store/contract/suite.ts', [
  "import { test } from 'node:test'",
  "import { property } from 'fast-check'",
  "import { network } from '@muster/sim/network.ts'",
])
letsPass('store/a.test.ts', ["import { suite } from './contract/suite.ts'"])

// The one file that reads the machine's clock and chance.
const SYSTEM = "base/system.ts reads the machine's clock and chance; use a Clock and a Random passed in instead"
finds('store/a.ts', SYSTEM, ["import { systemClock } from '@muster/base/system.ts'"])
finds('base/a.ts', SYSTEM, ["import { systemClock } from './system.ts'"])
letsPass('store/sqlite/log-worker.ts', ["import { systemClock } from '@muster/base/system.ts'"])
letsPass('apps/muster/a.ts', ["import { systemClock } from '@muster/base/system.ts'"])
letsPass('store/a.test.ts', ["import { systemClock } from '@muster/base/system.ts'"])

// What only looks like an import.
letsPass('store/sqlite/a.ts', ["new Worker(new URL('./log-worker.ts', import.meta.url))", 'new Worker(settings.url)'])
letsPass('apps/muster/a.ts', ["const licence = new URL('../../LICENSE', import.meta.url)"])
letsPass('store/a.ts', [
  "// import { x } from '@muster/server/x.ts'",
  "/* await import('@muster/server/x.ts') */",
  `const text = "import { x } from '@muster/server/x.ts'"`,
  "const rule = { from: 'a', import: 'b' }, all = Array.from('c')",
])
