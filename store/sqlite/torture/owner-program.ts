/** A process that owns a store, or tries to, and does what it is told with it. */
import { closeSync, openSync } from 'node:fs'
import { isControlError } from '@muster/base/errors.ts'
import type { Store } from '../../store.ts'
import { Manifest } from '../manifest.ts'
import { openSmall, putOne } from './cases.ts'
import { onOrder, say } from './saying.ts'

/** What it can be told, one after the other. */
export type Order =
  | { readonly do: 'open'; readonly directory: string }
  | { readonly do: 'put'; readonly key: string }
  /** Opens and closes a file behind SQLite's back, which drops every POSIX lock that this process has on it. */
  | { readonly do: 'touch'; readonly path: string }
  /** Opens only the manifest, as if there were no other lock. */
  | { readonly do: 'open-manifest'; readonly path: string }
  | { readonly do: 'close' }

/** How an order ended. */
export type Outcome = { readonly did: Order['do']; readonly code: string; readonly message: string }

let store: Store | undefined

async function obey(order: Order): Promise<void> {
  switch (order.do) {
    case 'open':
      store = await openSmall(order.directory)
      return
    case 'put':
      if (!store) throw new Error('no store is open')
      await putOne(store, { token: order.key, key: order.key, value: order.key })
      return
    case 'touch':
      closeSync(openSync(order.path, 'r'))
      return
    case 'open-manifest':
      Manifest.open(order.path).close()
      return
    case 'close':
      await store?.close()
      return
    default:
      order satisfies never
  }
}

onOrder<Order>((order) => {
  obey(order).then(
    () => say({ did: order.do, code: 'ok', message: '' } satisfies Outcome),
    (error) => {
      const code = isControlError(error) ? error.code : 'other'
      say({ did: order.do, code, message: String(error?.message ?? error) } satisfies Outcome)
    },
  )
})
