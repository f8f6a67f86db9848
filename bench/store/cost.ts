/** What an operation cost, as columns: the same in every table of the store. */
import { type Column, figure, type Row } from '../harness/result.ts'
import type { Usage } from '../harness/usage.ts'

/**
 * `cpu` and `rss` are the process that drives the load: for Muster the store is in it, its threads included; for etcd
 * it is the client, and etcd itself is under `server`.
 */
export const costColumns = (operation: string): readonly Column[] => [
  figure('cpu', `µs/${operation}`, 1),
  figure('server cpu', `µs/${operation}`, 1),
  figure('rss', 'MiB'),
  figure('server rss', 'MiB'),
  figure('delay p99', 'ms', 2),
  figure('max delay', 'ms', 1),
]

/** The cells of {@link costColumns} for a window in which so many operations ended. */
export const costOf = (usage: Usage, operations: number): Row => ({
  cpu: usage.cpuMicroseconds / operations,
  rss: usage.rssBytes / 2 ** 20,
  'delay p99': usage.loopDelayP99Ms,
  'max delay': usage.loopDelayMaxMs,
  ...(usage.serverCpuMicroseconds !== undefined && { 'server cpu': usage.serverCpuMicroseconds / operations }),
  ...(usage.serverRssBytes !== undefined && { 'server rss': usage.serverRssBytes / 2 ** 20 }),
})
