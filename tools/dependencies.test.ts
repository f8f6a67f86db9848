import { deepEqual, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { dependenciesOf, workspacesOf } from './manifest.ts'
import { readText } from './tree.ts'

/** `room package` for each row of a table in the page: | `package` | `room` | reason | */
const rows = [...readText('docs/dependencies.md').matchAll(/^\| `([^`]+)` +\| `([^`]+)` +\| (.*?) *\|$/gm)]

test('docs/dependencies.md and the package.json files name the same packages', () => {
  const rooms = workspacesOf(readText('package.json'))
  const fromOthers = (name: string) => !name.startsWith('@muster/') && name !== 'muster'
  const declared = [
    ...rooms.flatMap((room) =>
      dependenciesOf(readText(`${room}/package.json`))
        .filter(fromOthers)
        .map((name) => `${room} ${name}`),
    ),
    ...dependenciesOf(readText('package.json')).map((name) => `house ${name}`),
  ]
  deepEqual(rows.map(([, name, room]) => `${room} ${name}`).sort(), declared.sort())
})

test('each dependency has its reason', () => {
  for (const [, name, , reason = ''] of rows) ok(reason.length > 20, name)
})
