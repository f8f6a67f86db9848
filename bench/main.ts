/** `npm run bench`: one readable table per bench on stdout, what is under way on stderr, everything as JSON on request. */
import { writeFileSync } from 'node:fs'
import { ControlError } from '@muster/base/errors.ts'
import { cleanUpAtEnd } from './harness/cleanup.ts'
import { machineFacts, syncIsFree } from './harness/machine.ts'
import { parseSettings, type Settings, USAGE } from './harness/settings.ts'
import { formatTable } from './harness/table.ts'
import { runBenches } from './run.ts'

const print = (line: string) => process.stdout.write(`${line}\n`)

function settingsOrExit(): Settings {
  if (process.argv.includes('--help')) {
    print(USAGE)
    process.exit(0)
  }
  try {
    return parseSettings(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${USAGE}`)
    process.exit(2)
  }
}

cleanUpAtEnd()
const settings = settingsOrExit()
const machine = machineFacts(settings.directory)
print(
  `${machine.cores} x ${machine.cpu}, ${machine.memoryGiB.toFixed(0)} GiB, ${machine.system}, ${machine.filesystem}`,
)
print(`Node ${machine.node}, SQLite ${machine.sqlite}; load before the run ${machine.loadBefore.toFixed(2)}`)
print(`${settings.pairs} runs of each side, alternating, ${settings.seconds} s each; medians\n`)
if (settings.quick)
  print('QUICK: small data and few cases. This shows that the harness works, and nothing about speed.\n')
if (syncIsFree(machine)) print('The directory is in memory (tmpfs): nothing here says anything about durable writes.\n')

try {
  await runBenches(settings, {
    progress: (line) => process.stderr.write(`· ${line}\n`),
    finished: ({ tables }, report) => {
      for (const table of tables) print(`${formatTable(table)}\n`)
      if (settings.json !== undefined) writeFileSync(settings.json, `${JSON.stringify(report, null, 2)}\n`)
    },
  })
} catch (error) {
  if (!(error instanceof ControlError) || error.code !== 'NotFound') throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 2
}
