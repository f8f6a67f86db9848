/**
 * Which process a number means. Numbers are given out again, so a process is known by the boot of its machine, its
 * number and its start; nobody is sent a signal who is not the one that was started.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { platform } from 'node:os'

/** One process, and no other that has its number before or after. */
export interface Identity {
  readonly boot: string
  readonly pid: number
  /** As the system counts it: clock ticks since boot on Linux, a date elsewhere. */
  readonly started: string
}

/** The process that has this number now; undefined when none has. A zombie has its number still. */
export function identify(pid: number): Identity | undefined {
  const started = isLinux ? readStat(pid)?.started : startByPs(pid)
  return started === undefined ? undefined : { boot: bootId(), pid, started }
}

/** True while that very process is there. */
export function isThere(identity: Identity): boolean {
  const now = identify(identity.pid)
  return now !== undefined && now.started === identity.started && now.boot === identity.boot
}

/** Sends a signal to that very process; false when it is gone. */
export function signalProcess(identity: Identity, signal: NodeJS.Signals): boolean {
  if (!isThere(identity)) return false
  try {
    return process.kill(identity.pid, signal)
  } catch {
    return false
  }
}

/** What /proc says of a process. */
export interface Stat {
  readonly pid: number
  readonly state: string
  readonly parent: number
  readonly group: number
  readonly started: string
  /** CPU time of it and of its children that have ended, in ticks of 10 ms. */
  readonly ticks: number
  readonly residentPages: number
}

/** Takes a line of /proc/PID/stat apart; the name in parentheses may hold anything, parentheses too. */
export function parseStat(line: string): Stat | undefined {
  const nameEnds = line.lastIndexOf(')')
  const fields = line.slice(nameEnds + 2).split(' ')
  // From proc(5): field 3 is the first after the name.
  const field = (number: number): string => fields[number - 3] ?? ''
  const ticks = Number(field(14)) + Number(field(15)) + Number(field(16)) + Number(field(17))
  if (nameEnds < 0 || !Number.isFinite(ticks)) return undefined
  return {
    pid: Number.parseInt(line, 10),
    state: field(3),
    parent: Number(field(4)),
    group: Number(field(5)),
    started: field(22),
    ticks,
    residentPages: Number(field(24)),
  }
}

/** /proc's word on a process, or undefined when it is gone. Linux only. */
export function readStat(pid: number): Stat | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return undefined
  }
}

/** True where /proc is. */
export const isLinux = platform() === 'linux'

let boot: string | undefined

/** Another one after each start of the machine. */
function bootId(): string {
  boot ??= isLinux
    ? readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
    : spawnSync('sysctl', ['-n', 'kern.boottime'], { encoding: 'latin1' }).stdout.trim()
  return boot
}

function startByPs(pid: number): string | undefined {
  const { stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', `${pid}`], { encoding: 'latin1' })
  return stdout.trim() || undefined
}
