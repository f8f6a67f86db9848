import assert from 'node:assert/strict'
import { test } from 'node:test'
import { managerOf } from './manager-name.ts'

const MANAGERS: readonly [string, string, string][] = [
  ['me', 'kubectl/v1.36.1 (linux/amd64)', 'me'],
  ['', 'kubectl/v1.36.1 (linux/amd64) kubernetes/abc', 'kubectl'],
  ['', 'curl', 'curl'],
  ['', '', ''],
  ['', '/nothing', ''],
  ['', 'Mozilla 5\t\u0000x\u200b/1', 'Mozilla 5x'],
  ['', `${'é'.repeat(70)}/1`, 'é'.repeat(64)],
  ['', `${'a'.repeat(127)}éb/1`, 'a'.repeat(127)],
]
for (const [asked, agent, name] of MANAGERS) {
  test(`the manager of '${asked}' and '${agent.slice(0, 20)}' is '${name.slice(0, 20)}'`, () => {
    assert.equal(managerOf(asked, agent), name)
  })
}
