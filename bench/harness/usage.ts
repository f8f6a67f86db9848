/** What a run cost: CPU and memory of this process and of a server beside it, and how late the main thread came. */
import { readFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

/** What one window cost. */
export interface Usage {
  readonly seconds: number
  /** CPU of this process with all its threads, user and system. */
  readonly cpuMicroseconds: number
  readonly rssBytes: number
  readonly loopDelayP99Ms: number
  readonly loopDelayMaxMs: number
  /** The same of the server's process, when there is one. */
  readonly serverCpuMicroseconds?: number
  readonly serverRssBytes?: number
}

/** A window that is open. */
export interface Meter {
  stop(): Usage
}

const RESOLUTION_MS = 1

/**
 * Measures from now to `stop`. The histogram behind the delay records the whole time from one tick of its 1 ms timer
 * to the next, so an idle loop reads about 1 ms; that millisecond is taken off, and nothing else.
 */
export function startMeter(serverPid?: number): Meter {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  const serverBefore = serverPid === undefined ? undefined : readProcess(serverPid)
  const before = process.cpuUsage()
  const start = performance.now()
  delay.enable()
  const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS)
  return {
    stop() {
      const seconds = (performance.now() - start) / 1000
      const { user, system } = process.cpuUsage(before)
      delay.disable()
      const serverAfter = serverPid === undefined ? undefined : readProcess(serverPid)
      return {
        seconds,
        cpuMicroseconds: user + system,
        rssBytes: process.memoryUsage.rss(),
        loopDelayP99Ms: late(delay.percentile(99)),
        loopDelayMaxMs: late(delay.max),
        ...(serverBefore !== undefined &&
          serverAfter !== undefined && {
            serverCpuMicroseconds: serverAfter.cpuMicroseconds - serverBefore.cpuMicroseconds,
            serverRssBytes: serverAfter.rssBytes,
          }),
      }
    },
  }
}

/** USER_HZ: what /proc counts CPU in, 100 a second on every Linux that Node supports. Source: proc(5), times(2). */
export const TICKS_PER_SECOND = 100

interface ProcessUsage {
  readonly cpuMicroseconds: number
  readonly rssBytes: number
}

/** CPU so far and memory now of a process, from /proc. Undefined where there is no /proc, or no such process. */
export function readProcess(pid: number): ProcessUsage | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the command in brackets and may hold blanks: count from behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const ticks = Number(fields[11]) + Number(fields[12])
    const rss = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return { cpuMicroseconds: (ticks / TICKS_PER_SECOND) * 1e6, rssBytes: Number(rss?.[1] ?? 0) * 1024 }
  } catch {
    return undefined
  }
}
