/** A store whose secret is written and erased over and over, to be killed. */
import { openSmall, putOne } from './cases.ts'
import { onOrder, say } from './saying.ts'

/** What the parent orders, once. `name` begins every token of this child. */
export interface EraserStart {
  readonly directory: string
  readonly name: string
}

/** What it says before and after each time: up to which revision the secret is to be forgotten. */
export type EraserSaid =
  | { readonly say: 'erasing'; readonly upTo: number }
  | { readonly say: 'erased'; readonly upTo: number }
  | { readonly say: 'broken'; readonly why: string }

/** Begins every value of the secret. */
export const SECRET = 'PASSWORD-NUMBER'

/** Versions of the secret between two times, and what is written beside each: two times fill a part of eight megabytes. */
const VERSIONS = 6
const FILLER = Buffer.alloc(640 * 1024, 'x')

async function run({ directory, name }: EraserStart): Promise<never> {
  const store = await openSmall(directory)
  const at = async (key: string) => (await store.range(key)).entries[0]?.revision ?? 0
  for (let count = 0; ; count++) {
    for (let version = 0; version < VERSIONS; version++) {
      const token = `${name}/${count}/${version}`
      await putOne(store, { token, key: 'secret', value: `${SECRET} ${token} `, from: await at('secret') })
      await putOne(store, { token: `${token}/x`, key: 'filler', value: FILLER, from: await at('filler') })
    }
    const upTo = await at('secret')
    say({ say: 'erasing', upTo } satisfies EraserSaid)
    await store.erase('secret')
    say({ say: 'erased', upTo } satisfies EraserSaid)
  }
}

onOrder<EraserStart>((start) => {
  run(start).catch((error) => {
    say({ say: 'broken', why: String(error?.stack ?? error) } satisfies EraserSaid)
    process.exit(1)
  })
})
