import { deepEqual } from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { claimSlots, SLOTS_FILE, slotsOfOthers } from './slots.ts'

const folder = mkdtempSync(join(tmpdir(), 'muster-slots-'))
after(() => rmSync(folder, { recursive: true }))

test('slots of a control plane that does not run are its own, until its data is gone or says otherwise', async () => {
  const notes = join(folder, 'notes')
  const [one, two] = [join(folder, 'one'), join(folder, 'two')]
  const says = (data: string, slots: object) => {
    mkdirSync(data, { recursive: true })
    writeFileSync(join(data, SLOTS_FILE), JSON.stringify(slots))
  }
  deepEqual(await slotsOfOthers(one, notes), new Set())
  says(one, { a: 3, b: 5 })
  says(two, { c: 9 })
  await claimSlots(one, [3, 5], notes)
  await claimSlots(two, [9], notes)
  deepEqual(await slotsOfOthers(one, notes), new Set([9]))
  deepEqual(await slotsOfOthers(two, notes), new Set([3, 5]))
  says(one, { a: 3 })
  deepEqual(await slotsOfOthers(two, notes), new Set([3]))
  rmSync(one, { recursive: true })
  deepEqual(await slotsOfOthers(two, notes), new Set())
  deepEqual(readdirSync(notes), ['9'])
})
