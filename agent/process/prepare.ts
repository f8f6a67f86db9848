/** Makes an order ready for this machine: its directory, environment and mounts, and what of it cannot be honoured. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Mount, Run, RunOrder } from '../driver.ts'
import { hostsFile } from '../network/names.ts'
import type { ControlGroups } from './control-groups.ts'
import type { Isolation } from './launch.ts'
import { holderOf, isEverywhere, readListeners } from './listeners.ts'
import { type Mounting, prepareMounts } from './mounting.ts'
import { MARK } from './run-key.ts'
import type { Tools } from './tools.ts'

/** What a launch of the order is made of. */
export interface Prepared {
  readonly env: Readonly<Record<string, string>>
  readonly workingDirectory: string
  readonly terminal: boolean
  readonly mounting: Mounting | undefined
  readonly user: RunOrder['user']
  readonly notHonoured: Run['notHonoured']
}

/** Makes ready what the order needs in the run's own directory. Throws what the file system throws. */
export function prepareOrder(
  order: RunOrder,
  machine: { readonly isolation: Isolation; readonly groups: ControlGroups; readonly tools: Tools },
  folder: string,
  mark: string,
): Prepared {
  const { isolation, groups, tools } = machine
  const notHonoured: { what: string; why: string }[] = []
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const mounting = isolation.namespaces && isolation.mounts ? mountAll(order, folder) : undefined
  const unseen = mounting ? mounting.refused : order.mounts.map((mount) => ({ mount, why: NOT_MOUNTED }))
  const env: Record<string, string> = { ...order.env, [MARK]: mark }
  for (const { mount, why } of unseen) {
    if (mount.volume === LAST_WORDS) continue
    const name = `MUSTER_VOLUME_${mount.volume.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`
    env[name] = mount.from
    notHonoured.push({ what: `mount of volume ${mount.volume} at ${mount.at}`, why: `${why}; it is at $${name}` })
  }
  if (!mounting || mounting.refused.some(({ mount }) => mount.volume === LAST_WORDS)) {
    env.MUSTER_TERMINATION_LOG = order.terminationLog.file
    notHonoured.push({
      what: `termination message at ${order.terminationLog.at}`,
      why: `${NOT_MOUNTED}; it is at $MUSTER_TERMINATION_LOG`,
    })
  }
  if (!mounting && order.hosts.length > 0) notHonoured.push({ what: '/etc/hosts', why: NOT_MOUNTED })
  if (!mounting && order.resolver !== undefined) notHonoured.push({ what: '/etc/resolv.conf', why: NOT_MOUNTED })
  notHonoured.push(...takenPorts(order))
  const { memoryBytes, cpuMillis } = order.limits
  if (memoryBytes !== undefined && 'why' in groups.memory)
    notHonoured.push({ what: 'limit of memory', why: groups.memory.why })
  if (cpuMillis !== undefined && 'why' in groups.cpu) notHonoured.push({ what: 'limit of cpu', why: groups.cpu.why })
  const terminal = order.tty && tools.script !== undefined
  if (order.tty && !terminal) notHonoured.push({ what: 'tty', why: 'this machine has no script of util-linux' })
  const user = userFor(order, tools, notHonoured)
  const workingDirectory = order.workingDirectory || join(folder, 'work')
  if (!order.workingDirectory) mkdirSync(workingDirectory, { recursive: true })
  return { env, workingDirectory, terminal, mounting, notHonoured, user }
}

/** What a program will only say as EADDRINUSE. */
function takenPorts({ ports = [], pod: { ip } }: RunOrder): Run['notHonoured'] {
  if (ports.length === 0 || ip === '') return []
  const listeners = readListeners()
  return ports.flatMap((port) => {
    const taken = listeners.find((one) => one.port === port && (isEverywhere(one) || one.address === ip))
    if (!taken) return []
    const [who, where] = [holderOf(taken) ?? 'somebody', isEverywhere(taken) ? 'every address of this machine' : ip]
    return [{ what: `port ${port} at ${ip}`, why: `${who} listens at port ${port} of ${where}` }]
  })
}

const NOT_MOUNTED = 'this machine lets this user mount nothing'

/** The names under which the driver's own files are mounted; no volume can have such a name. */
const LAST_WORDS = ' termination log'
const HOSTS = ' hosts'
const RESOLVER = ' resolver'

function mountAll(order: RunOrder, folder: string): Mounting {
  const own: Mount[] = []
  const { at, file } = order.terminationLog
  writeFileSync(file, '', { flag: 'a' })
  own.push({ volume: LAST_WORDS, from: file, at, readOnly: false })
  if (order.hosts.length > 0) {
    const hosts = join(folder, 'hosts')
    writeFileSync(hosts, hostsFile(order.hosts))
    own.push({ volume: HOSTS, from: hosts, at: '/etc/hosts', readOnly: false })
  }
  if (order.resolver !== undefined) {
    const resolver = join(folder, 'resolv.conf')
    writeFileSync(resolver, order.resolver)
    own.push({ volume: RESOLVER, from: resolver, at: '/etc/resolv.conf', readOnly: false })
  }
  // A pod's own mount at one of these paths comes before ours, as with kubelet.
  const free = own.filter((mount) => order.mounts.every((other) => other.at !== mount.at))
  return prepareMounts(folder, [...order.mounts, ...free])
}

/** Root may run as anybody, others only as themselves. */
function userFor(order: RunOrder, tools: Tools, notHonoured: { what: string; why: string }[]): RunOrder['user'] {
  const { user } = order
  if (!user || (user.uid === process.getuid?.() && user.gid === process.getgid?.())) return undefined
  if (process.getuid?.() === 0 && tools.setpriv !== undefined) return user
  notHonoured.push({ what: `user ${user.uid}, group ${user.gid}`, why: 'only root may start programs of other users' })
  return undefined
}
