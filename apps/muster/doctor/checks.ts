/** What `muster doctor` looks at. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { findControlGroups, removeControlGroups } from '@muster/agent/process/control-groups.ts'
import { DEFAULT_API_PORT } from '../api-server/control-plane.ts'
import type { Place } from '../control-plane/place.ts'
import { portHolder } from '../control-plane/port-holder.ts'
import { findRunning } from '../control-plane/run-file.ts'
import { sweepNodes } from '../fleet/sweep.ts'
import { same, text } from '../terminal/language.ts'
import type { Check, Finding } from './check.ts'

/** The checks of one place, in the order in which they are told. */
export function checksOf(place: Place, env: NodeJS.ProcessEnv): readonly Check[] {
  return [
    { name: 'node', title: text('Node', 'Node'), look: async () => nodeVersion(process.versions.node) },
    { name: 'home', title: text('state', '状态目录'), look: () => disk(place) },
    { name: 'control-plane', title: text('control plane', '控制平面'), look: () => controlPlane(place) },
    { name: 'port', title: text('API port', 'API 端口'), look: () => port(place) },
    { name: 'loopback', title: text('loopback', '回环地址'), look: loopback },
    { name: 'files', title: text('open files', '打开文件数'), look: openFiles },
    { name: 'namespaces', title: text('user namespaces', '用户命名空间'), look: userNamespaces },
    { name: 'leftovers', title: text('leftovers', '遗留进程'), look: () => leftovers(place) },
    { name: 'cgroups', title: text('control groups', '控制组'), look: controlGroups },
    { name: 'kubectl', title: text('kubectl', 'kubectl'), look: () => kubectl(env) },
    { name: 'python', title: text('Python', 'Python'), look: python },
  ]
}

const ok = (found: string): Finding => ({ state: 'ok', found: same(found) })

/** Of a version such as 24.21.0. */
export function nodeVersion(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > 24 || (major === 24 && minor >= 15)) return ok(version)
  return {
    state: 'fail',
    found: same(version),
    cure: text('install Node 24.15 or later', '请安装 Node 24.15 或更高版本'),
  }
}

const MEGABYTE = 1024 * 1024
/** Below the first nothing can be promised; below the second a week of history may not fit. */
const DISK_FAIL_BYTES = 100 * MEGABYTE
const DISK_WARN_BYTES = 1024 * MEGABYTE

async function disk({ directory }: Place): Promise<Finding> {
  let folder = directory
  while (!existsSync(folder)) folder = dirname(folder)
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  const found = text(
    `${directory}, ${Math.round(free / MEGABYTE)} MB free`,
    `${directory}，剩余 ${Math.round(free / MEGABYTE)} MB`,
  )
  if (free >= DISK_WARN_BYTES) return { state: 'ok', found }
  return {
    state: free < DISK_FAIL_BYTES ? 'fail' : 'warn',
    found,
    cure: text('make room, or choose another disk with --home', '请腾出空间，或用 --home 选择其他磁盘'),
  }
}

async function controlPlane(place: Place): Promise<Finding> {
  const found = await findRunning(place)
  if (found.state === 'none') return { state: 'ok', found: text('none runs', '没有运行') }
  const { pid } = found.run.process
  if (found.state === 'running') {
    return { state: 'ok', found: text(`pid ${pid}, ${found.run.url}`, `pid ${pid}，${found.run.url}`) }
  }
  return {
    state: 'warn',
    found: text(`process ${pid} ended without a word`, `进程 ${pid} 未作说明就结束了`),
    cure: text('muster up --detach goes on where it was', 'muster up --detach 会从原处继续'),
  }
}

async function port(place: Place): Promise<Finding> {
  if ((await findRunning(place)).state === 'running') return { state: 'ok', found: text('ours', '由我们使用') }
  if (await canListen('127.0.0.1', DEFAULT_API_PORT)) return ok(String(DEFAULT_API_PORT))
  const holder = portHolder(DEFAULT_API_PORT) ?? '?'
  return {
    state: 'warn',
    found: text(`${DEFAULT_API_PORT} is in use by ${holder}`, `${DEFAULT_API_PORT} 被 ${holder} 占用`),
    cure: text('nothing: muster up takes a free one', '无需处理：muster up 会选择空闲端口'),
  }
}

async function loopback(): Promise<Finding> {
  if (await canListen('127.77.3.9', 0)) return ok('127.0.0.0/8')
  return {
    state: 'warn',
    found: text('only 127.0.0.1 can be listened on', '只能监听 127.0.0.1'),
    cure: text(
      'pods share one address and have ports of their own; on macOS: sudo ifconfig lo0 alias 127.77.3.9',
      'Pod 将共用一个地址并各有端口；macOS 上可运行：sudo ifconfig lo0 alias 127.77.3.9',
    ),
  }
}

function canListen(host: string, number: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host, port: number }, () => server.close(() => resolve(true)))
  })
}

/** A fleet of three clusters with their pods and watches stays well below it. */
const OPEN_FILES_MIN = 4096

async function openFiles(): Promise<Finding> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '')
  const limit = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Number.NaN)
  if (Number.isNaN(limit)) return { state: 'ok', found: text('no limit is told here', '此系统未给出上限') }
  if (limit >= OPEN_FILES_MIN) return ok(String(limit))
  return {
    state: 'warn',
    found: text(`at most ${limit}`, `最多 ${limit}`),
    cure: text(`ulimit -n ${OPEN_FILES_MIN} before muster up`, `在 muster up 之前运行 ulimit -n ${OPEN_FILES_MIN}`),
  }
}

/** Whether every process of a pod can be made to die with its keeper. */
async function userNamespaces(): Promise<Finding> {
  if (process.platform !== 'linux') {
    return { state: 'warn', found: text('only on Linux', '仅限 Linux'), cure: LEFTOVERS }
  }
  const words = ['--pdeathsig', 'KILL', 'unshare', '--user', '--map-current-user', '--pid', '--fork']
  try {
    await promisify(execFile)('setpriv', [...words, '--kill-child=KILL', '--mount-proc', 'true'], { timeout: 5_000 })
    return ok('setpriv, unshare')
  } catch (error) {
    const why = error instanceof Error ? (error.message.trim().split('\n').at(-1) ?? '') : String(error)
    return { state: 'warn', found: same(why), cure: LEFTOVERS }
  }
}

const LEFTOVERS = text(
  'what a killed keeper leaves of pods is found by a mark and swept at the next up, down or doctor',
  '守护进程被杀死后遗留的 Pod 进程会凭标记在下次 up、down 或 doctor 时清理',
)

/** What a killed keeper has left where namespaces did not end it: found by its mark, and ended. */
async function leftovers(place: Place): Promise<Finding> {
  const swept = await sweepNodes(place, 'unkept')
  if (swept === 0) return { state: 'ok', found: text('none', '无') }
  return { state: 'ok', found: text(`ended ${swept} processes of pods`, `已结束 ${swept} 个 Pod 进程`) }
}

/** What the keepers of nodes will find. */
async function controlGroups(): Promise<Finding> {
  const groups = findControlGroups(`doctor ${process.pid}`, '/bin/sh')
  removeControlGroups(groups)
  const { memory, cpu } = groups
  if (!('why' in memory) && !('why' in cpu)) return ok(`memory: v${memory.version}, cpu: v${cpu.version}`)
  return {
    state: 'warn',
    found: same(['why' in memory ? memory.why : '', 'why' in cpu ? cpu.why : ''].filter(Boolean).join('; ')),
    cure: text(
      'these limits of pods do not bind; each pod says so in a condition. As an ordinary user of systemd: systemd-run --user --scope muster up',
      '这些 Pod 限制不会生效；Pod 会在状况中说明。systemd 普通用户可用：systemd-run --user --scope muster up',
    ),
  }
}

/** The oldest kubectl that is tried against every version of Muster. */
const KUBECTL_MINOR_MIN = 27

async function kubectl(env: NodeJS.ProcessEnv): Promise<Finding> {
  const program = env.KUBECTL || 'kubectl'
  const missing = text(
    'install it for muster get, apply and the like: https://kubernetes.io/docs/tasks/tools/',
    '安装后才能使用 muster get、apply 等命令：https://kubernetes.io/docs/tasks/tools/',
  )
  try {
    const { stdout } = await promisify(execFile)(program, ['version', '--client', '-o', 'json'], { timeout: 10_000 })
    const { clientVersion } = JSON.parse(stdout) as { clientVersion?: { gitVersion?: string; minor?: string } }
    const found = clientVersion?.gitVersion ?? '?'
    if (Number.parseInt(clientVersion?.minor ?? '0', 10) >= KUBECTL_MINOR_MIN) return ok(found)
    const cure = text(`1.${KUBECTL_MINOR_MIN} or later is tested`, `经测试的版本为 1.${KUBECTL_MINOR_MIN} 及更高`)
    return { state: 'warn', found: same(found), cure }
  } catch {
    return { state: 'warn', found: text(`no ${program} on the PATH`, `PATH 中没有 ${program}`), cure: missing }
  }
}

async function python(): Promise<Finding> {
  try {
    const { stdout } = await promisify(execFile)('python3', ['--version'], { timeout: 5_000 })
    return ok(stdout.trim().replace('Python ', ''))
  } catch {
    return { state: 'ok', found: text('none: the demo runs without it', '没有：示例无需它也能运行') }
  }
}
