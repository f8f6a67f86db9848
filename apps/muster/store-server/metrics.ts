/** The store's figures in the text format of Prometheus. */
import type { StoreStatus } from '@muster/store/store.ts'

const HEALTH_STATES = ['ready', 'full', 'stopped'] as const

/** One page of metrics for one status; names end in their unit where they have one. */
export function metricsText(status: StoreStatus): string {
  const { head, horizon, keys, versions, leases, watches, liveBytes, fileBytes, health, engine } = status
  const gauge = (name: string, help: string, samples: readonly (readonly [labels: string, value: number])[]) =>
    `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${samples.map(([labels, value]) => `${name}${labels} ${value}\n`).join('')}`
  const figure = (name: string, help: string, value: number) => gauge(`muster_store_${name}`, help, [['', value]])
  return [
    gauge('muster_store_info', 'The engine of the store.', [[`{engine="${engine}"}`, 1]]),
    figure('head_revision', 'The newest revision.', head),
    figure('horizon_revision', 'The oldest revision at which reads are exact.', horizon),
    figure('keys', 'Live keys.', keys),
    figure('versions', 'Versions that history can answer for.', versions),
    figure('leases', 'Leases that have not ended.', leases),
    figure('watches', 'Watches that are open.', watches),
    figure('live_bytes', 'Keys and values of the live entries.', liveBytes),
    figure('file_bytes', 'What the store takes on disk.', fileBytes),
    gauge(
      'muster_store_health',
      'One for the state that the store is in, zero for the others.',
      HEALTH_STATES.map((state) => [`{state="${state}"}`, Number(state === health.state)] as const),
    ),
  ].join('')
}
