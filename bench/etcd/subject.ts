/** etcd under a workload: a transaction that compares the mod revision and then puts, which is the same act. */
import { assert } from '@muster/base/errors.ts'
import type { Subject } from '../store/subject.ts'
import { type EtcdAddress, etcdClient } from './client.ts'

/** Connects on first use; the server is somebody else's. */
export function etcdSubject(address: EtcdAddress): Subject {
  const client = etcdClient(address)
  return {
    async write(writes) {
      const revision = await client.put(writes)
      assert(revision !== undefined, 'a transaction that nobody disturbs succeeds')
      // One revision for all keys of a transaction is how etcd counts.
      return writes.map(() => revision)
    },
    async read(key) {
      const { entries } = await client.range({ key })
      return entries[0]?.value
    },
    async page(prefix, from, limit) {
      const { entries } = await client.range({ key: from, end: endOf(prefix), limit })
      return entries
    },
    async watch(prefix, seen, lost) {
      const { revision } = await client.range({ key: prefix })
      return client.watch({ key: prefix, end: endOf(prefix) }, revision + 1, {
        events: (events) => {
          for (const event of events) seen(event.revision, event.value)
        },
        lost,
      })
    },
    close: async () => client.close(),
  }
}

/** The first key after all that start with an ASCII prefix. */
const endOf = (prefix: string): string =>
  prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)
