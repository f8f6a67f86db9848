/** Who has a port of this machine. */
import { holderOf, isEverywhere, readListeners } from '@muster/agent/process/listeners.ts'

/** `pid 4312 (k3s)`, or undefined when nobody is known to; `host`: at this IPv4 address or at all of them. */
export function portHolder(port: number, host?: string): string | undefined {
  const found = readListeners().find(
    (one) => one.port === port && (host === undefined || one.address === host || isEverywhere(one)),
  )
  return found && holderOf(found)
}
