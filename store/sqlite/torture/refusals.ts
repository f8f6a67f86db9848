/** Opening what must not open: refused, named, and left as it was. */
import { deepEqual, fail, ok } from 'node:assert/strict'
import { isControlError } from '@muster/base/errors.ts'
import type { Store } from '../../store.ts'
import { openSmall } from './cases.ts'
import { fingerprints } from './directory.ts'

/** Expects StorageRefused with these words in its message, and every file as it was. */
export async function expectRefused(directory: string, ...words: readonly string[]): Promise<void> {
  const before = fingerprints(directory)
  const opened = await openSmall(directory).then(
    (store: Store) => store,
    (error: unknown) => error,
  )
  if (!(opened instanceof Error)) {
    if (typeof opened === 'object' && opened !== null && 'close' in opened && typeof opened.close === 'function') {
      await opened.close()
    }
    fail('it opened')
  }
  ok(isControlError(opened), `it threw ${opened.stack}`)
  ok(opened.code === 'StorageRefused', `it answered ${opened.code}: ${opened.message}`)
  for (const word of words) ok(opened.message.includes(word), `the message does not name ${word}: ${opened.message}`)
  deepEqual(fingerprints(directory), before, 'a file was changed')
}
