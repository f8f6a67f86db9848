/** A disk of 64 MB that fills up: the scenarios are in torture/small-disk-scenarios.ts. */
import { fail } from 'node:assert/strict'
import { test } from 'node:test'
import { needs } from '@muster/tools/real.ts'
import { startChild } from './torture/child.ts'
import { newGround } from './torture/directory.ts'
import { onSmallDisk } from './torture/small-disk.ts'
import type { Ended } from './torture/small-disk-program.ts'
import { SCENARIOS } from './torture/small-disk-scenarios.ts'

const PROGRAM = new URL('./torture/small-disk-program.ts', import.meta.url)

const isHere = () => {
  using ground = newGround()
  return onSmallDisk(ground.root) !== undefined
}
const skip = needs('mount namespaces, for a disk of its own', isHere())

for (const scenario of Object.keys(SCENARIOS)) {
  test(`store sqlite, disk full: ${scenario}`, { skip, timeout: 60_000 }, async () => {
    using ground = newGround()
    const child = startChild<Ended>(PROGRAM, { under: onSmallDisk(ground.root) ?? [] })
    try {
      child.tell({ scenario, disk: ground.root })
      const { passed, why } = await child.hear(() => true)
      if (!passed) fail(why)
    } finally {
      await child.kill()
    }
  })
}
