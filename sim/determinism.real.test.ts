/** One seed, one story: also in another process, time zone, language, and with another seed for V8's hash tables. */
import { equal, ok } from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { lockService } from './lock-service/scenario.ts'
import { tell } from './scenario.ts'

const run = promisify(execFile)

const places: readonly { readonly TZ: string; readonly LANG: string; readonly hashSeed: number }[] = [
  { TZ: 'UTC', LANG: 'C', hashSeed: 1 },
  { TZ: 'Asia/Kathmandu', LANG: 'tr_TR.UTF-8', hashSeed: 2 },
  { TZ: 'America/St_Johns', LANG: 'sv_SE.UTF-8', hashSeed: 3 },
]

const digest = (log: string) => createHash('sha256').update(log).digest('hex')

/** Plain JavaScript for a child process: prints the log of one seed. */
const print = (seed: number) => `
  import { tell } from '${import.meta.resolve('./scenario.ts')}'
  import { lockService } from '${import.meta.resolve('./lock-service/scenario.ts')}'
  const { log } = await tell(lockService(), ${seed})
  console.log(log.join('\\n'))
`

for (const seed of [1, 2, 3]) {
  test(`seed ${seed} tells the same story everywhere`, async () => {
    const { log, failure } = await tell(lockService(), seed)
    equal(failure, undefined)
    ok(log.length > 100, 'a story long enough to differ')
    const here = digest(`${log.join('\n')}\n`)
    for (const { TZ, LANG, hashSeed } of places) {
      const flags = [`--hash-seed=${hashSeed}`, '--input-type=module', '--eval', print(seed)]
      const { stdout } = await run(process.execPath, flags, { env: { TZ, LANG, LC_ALL: LANG } })
      equal(digest(stdout), here, `seed ${seed}: ${TZ}, ${LANG}, --hash-seed=${hashSeed}`)
    }
  })
}
