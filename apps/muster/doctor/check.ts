/** One thing that is checked of this machine. */
import type { Text } from '../terminal/language.ts'

/** How it is: `warn` lacks something that not everybody needs, `fail` keeps Muster from working. */
export interface Finding {
  readonly state: 'ok' | 'warn' | 'fail'
  readonly found: Text
  /** What to do; absent when nothing is. */
  readonly cure?: Text
}

/** A check by the name that programs know it by. */
export interface Check {
  readonly name: string
  readonly title: Text
  look(): Promise<Finding>
}
