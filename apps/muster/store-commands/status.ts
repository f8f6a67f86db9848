/** `muster store status`: the store's figures. */
import type { StoreHealth } from '@muster/store/store.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { encodeStatus } from '../store-api/status.ts'
import type { Glyphs } from '../terminal/glyphs.ts'
import { printJson, type StoreContext } from './context.ts'

/** Prints the figures; exits 1 when the store has stopped. */
export async function status(context: StoreContext): Promise<ExitCode> {
  const { terminal, server } = context
  const figures = await context.store.status()
  const { health } = figures
  if (context.json) printJson(context, encodeStatus(figures))
  else {
    const rows = [
      ['store', `${figures.id}  (${figures.engine})`],
      ['server', server],
      ['health', healthLine(health, terminal.glyphs)],
      ['head', `revision ${figures.head}`],
      ['horizon', `revision ${figures.horizon}`],
      ['keys', `${figures.keys}  (${sizeOf(figures.liveBytes)})`],
      ['versions', String(figures.versions)],
      ['leases', String(figures.leases)],
      ['watches', String(figures.watches)],
      ['on disk', sizeOf(figures.fileBytes)],
    ] as const
    for (const [name, value] of rows) terminal.data.line(`${name.padEnd(10)}${value}`)
  }
  return health.state === 'stopped' ? EXIT.error : EXIT.ok
}

function healthLine(health: StoreHealth, glyphs: Glyphs): string {
  if (health.state === 'ready') return `${glyphs.healthy} Healthy`
  const since = `  ${health.reason}  (since ${new Date(health.since).toISOString()})`
  return health.state === 'full' ? `${glyphs.degraded} Degraded${since}` : `${glyphs.failed} Failed${since}`
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** Bytes in the unit that people read best. */
export function sizeOf(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)))
  const count = bytes / 1024 ** power
  return `${power === 0 ? count : count.toFixed(1)} ${UNITS[power]}`
}
