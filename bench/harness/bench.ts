/** What a bench is, and what it is given. */
import type { Table } from './result.ts'
import type { Settings } from './settings.ts'

/** What a bench is given. */
export interface BenchContext {
  readonly settings: Settings
  /** An empty directory on the disk under test; removed afterwards. */
  readonly directory: string
  /** Says what is under way, to whoever waits. Not part of the result. */
  readonly progress: (line: string) => void
}

/** One bench: `npm run bench -- NAME` runs it alone. */
export interface Bench {
  readonly name: string
  /** A word that chooses all benches of its kind. */
  readonly group: 'limits' | 'store' | 'api' | 'sim'
  readonly about: string
  readonly run: (context: BenchContext) => Promise<readonly Table[]>
}
