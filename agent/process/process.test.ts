/** What a process driver decides: frames, lines of logs, files to give up, mounts, words of a shell. */
import { deepEqual, equal, throws } from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import fc from 'fast-check'
import type { Mount } from '../driver.ts'
import { bytesFrame, type Frame, frameReader, messageFrame } from './frames.ts'
import { parseStat } from './identity.ts'
import { quoted } from './launch.ts'
import { isEverywhere, listenersIn } from './listeners.ts'
import { logNumbers, surplus } from './log-files.ts'
import { LINE_BYTES_MAX, type LineFilter, lineReader, lineWriter, parseLine } from './log-lines.ts'
import { type Child, fstab, type Look, mountFlags, planMounts } from './mount-plan.ts'
import { runKey } from './run-key.ts'

/** Cuts bytes at random places. */
const cutAt = (bytes: Buffer, places: readonly number[]): readonly Buffer[] => {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].toSorted(
    (one, other) => one - other,
  )
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
}

test('frames come whole, however they are cut', () => {
  const frame = fc.oneof(
    fc.json().map((text): Frame<unknown> => ({ kind: 'message', message: JSON.parse(text) })),
    fc
      .tuple(fc.constantFrom(0, 1, 2), fc.uint8Array())
      .map(([stream, bytes]): Frame<unknown> => ({ kind: 'bytes', stream, bytes: Buffer.from(bytes) })),
  )
  fc.assert(
    fc.property(fc.array(frame), fc.array(fc.nat()), (frames, places) => {
      const sent = frames.map((one) =>
        one.kind === 'message' ? messageFrame(one.message) : bytesFrame(one.stream, one.bytes),
      )
      const read = frameReader()
      const got = cutAt(Buffer.concat(sent), places).flatMap((piece) => read(piece))
      deepEqual(got, frames)
    }),
  )
})

test('what is no frame is refused', () => {
  const refused = (error: unknown) => hasCode(error, 'BadRequest')
  throws(() => frameReader()(Buffer.from('GET / HTTP/1.1\r\n')), refused)
  throws(() => frameReader()(Buffer.from([0, 0, 0, 1, 4])), refused)
  throws(() => frameReader()(Buffer.from([0, 0, 0, 0, 3])), refused)
})

const AT = instant(Date.parse('2026-11-23T14:11:53.123Z'))

function written(chunks: readonly Uint8Array[], stream: 'stdout' | 'stderr' = 'stdout'): Buffer {
  const lines = lineWriter(stream)
  return Buffer.concat([...chunks.map((chunk) => lines.write(chunk, AT)), lines.end(AT)])
}

test('lines are as container runtimes write them', () => {
  equal(
    written([Buffer.from('one\ntw'), Buffer.from('o\n\nrest')]).toString(),
    ['one F', 'two F', ' F', 'rest P']
      .map((line) => line.split(' '))
      .map(([text, tag]) => `2026-11-23T14:11:53.123Z stdout ${tag} ${text}\n`)
      .join(''),
  )
  const long = written([Buffer.alloc(LINE_BYTES_MAX + 1, 'x'), Buffer.from('\n')])
    .toString()
    .split('\n')
  deepEqual(
    long.map((line) => [line.slice(25, 34), line.length - 34]),
    [
      ['stdout P ', LINE_BYTES_MAX],
      ['stdout F ', 1],
      ['', -34],
    ],
  )
})

test('what is read is what was said, however both were cut', () => {
  const said = fc.array(fc.oneof(fc.constant('\n'), fc.string({ maxLength: 30 }), fc.constant('y'.repeat(20_000))))
  fc.assert(
    fc.property(said, fc.array(fc.nat()), fc.array(fc.nat()), (texts, writes, reads) => {
      const bytes = Buffer.from(texts.join(''))
      const lines = lineReader({ timestamps: false })
      const log = written(cutAt(bytes, writes))
      equal(Buffer.concat(cutAt(log, reads).map((piece) => lines.read(piece))).equals(bytes), true)
    }),
    { numRuns: 60 },
  )
})

test('a reader sees what it asked for', () => {
  const log = Buffer.concat([
    written([Buffer.from('old\n')]),
    Buffer.from('torn by a full di\n'),
    Buffer.from('2026-11-23T15:00:00Z stderr P half \n2026-11-23T15:00:01Z stderr F a line\n'),
    Buffer.from('2026-11-23T15:00:02.5Z stdout F new\n'),
  ])
  const seen = (filter: Partial<LineFilter>) =>
    lineReader({ timestamps: false, ...filter })
      .read(log)
      .toString()
  equal(seen({}), 'old\nhalf a line\nnew\n')
  equal(seen({ stream: 'Stderr' }), 'half a line\n')
  equal(seen({ timestamps: true, stream: 'Stderr' }), '2026-11-23T15:00:00Z half a line\n')
  equal(seen({ sinceTime: instant(Date.parse('2026-11-23T15:00:02Z')) }), 'new\n')
  const limited = lineReader({ timestamps: false, limitBytes: 6 })
  equal(limited.read(log).toString(), 'old\nha')
  equal(limited.full(), true)
  deepEqual([parseLine(Buffer.from('')), parseLine(Buffer.from('x stdout F y'))], [undefined, undefined])
})

test('the oldest files of a log are given up', () => {
  deepEqual(logNumbers(['10.log', '9.log', 'x.log', '1.log.gz', '11.log']), [9, 10, 11])
  deepEqual(surplus([9, 10, 11, 12], 13, 5), [])
  deepEqual(surplus([8, 9, 10, 11, 12], 13, 5), [8])
  deepEqual(surplus([1, 2], 3, 1), [1, 2])
})

/** A machine whose files are these; a path that ends in / is a directory, `->` is a link. */
function machineWith(...paths: readonly string[]): Look {
  const kinds = new Map<string, 'directory' | 'file'>([['/', 'directory']])
  const links = new Map(paths.filter((path) => path.includes('->')).map((path) => path.split('->') as [string, string]))
  for (const path of paths) {
    if (path.includes('->')) continue
    const parts = path.split('/').filter(Boolean)
    for (const index of parts.keys()) {
      const last = index === parts.length - 1 && !path.endsWith('/')
      kinds.set(`/${parts.slice(0, index + 1).join('/')}`, last ? 'file' : 'directory')
    }
  }
  const real = (path: string): string => {
    const link = [...links].find(([from]) => path === from || path.startsWith(`${from}/`))
    return link ? link[1] + path.slice(link[0].length) : path
  }
  return {
    real,
    kind: (path) => kinds.get(real(path)) ?? 'absent',
    children(folder) {
      const inside = (path: string) =>
        path.slice(0, path.lastIndexOf('/')) === (folder === '/' ? '' : folder) && path !== '/'
      const name = (path: string) => path.slice(path.lastIndexOf('/') + 1)
      return [
        ...[...kinds].filter(([path]) => inside(path)).map(([path, kind]): Child => ({ name: name(path), kind })),
        ...[...links]
          .filter(([path]) => inside(path))
          .map(([path, to]): Child => ({ name: name(path), kind: 'link', to })),
      ]
    },
  }
}

const MACHINE = machineWith(
  '/etc/hosts',
  '/etc/ssl/',
  '/usr/bin/',
  '/run/',
  '/var/run->/run',
  '/v/',
  '/v/file',
  '/dev/null',
  '/dev/tty7',
  '/bin->/usr/bin',
)
const mountAt = (at: string, from = '/v'): Mount => ({ volume: 'v', from, at, readOnly: false })

test('where the machine has the path, a mount is one bind', () => {
  const plan = planMounts([mountAt('/etc/ssl'), mountAt('/etc/hosts', '/v/file')], MACHINE)
  deepEqual([plan.ownRoot, plan.make, plan.refused], [false, [], []])
  deepEqual(
    plan.binds.map(({ from, at }) => `${from} ${at}`),
    ['/v /etc/ssl', '/v/file /etc/hosts'],
  )
  equal(
    fstab(plan, '/r', MACHINE, () => []),
    '/v /etc/ssl none rbind 0 0\n/v/file /etc/hosts none bind 0 0\n',
  )
})

test('where it has not, the folder that lacks the name is rebuilt, and all above it', () => {
  const plan = planMounts([mountAt('/var/run/secrets/token', '/v/file')], MACHINE)
  equal(plan.ownRoot, true)
  const made = plan.make.map(({ path, kind, to }) => `${path} ${kind}${to ? ` ${to}` : ''}`)
  deepEqual(
    made.filter((line) => /run|bin|v/.test(line)).toSorted(),
    [
      '/bin link /usr/bin',
      '/dev directory',
      '/run directory',
      '/run/secrets directory',
      '/run/secrets/token file',
      '/v directory',
    ].toSorted(),
  )
  const binds = plan.binds.map(({ from, at }) => `${from} ${at}`)
  deepEqual(binds.toSorted(), ['/dev /dev', '/etc /etc', '/usr /usr', '/v /v', '/v/file /run/secrets/token'].toSorted())
  equal(binds.at(-1), '/v/file /run/secrets/token', 'the volume comes last')
})

test('a rebuilt /dev has what containers find there, and terminals of its own', () => {
  const plan = planMounts([mountAt('/dev/termination-log', '/v/file')], MACHINE)
  const paths = plan.make.map(({ path }) => path).filter((path) => path.startsWith('/dev/'))
  deepEqual(paths.toSorted(), ['/dev/null', '/dev/ptmx', '/dev/pts', '/dev/termination-log'])
  equal(/^devpts \/r\/dev\/pts devpts newinstance/m.test(fstab(plan, '/r', MACHINE, () => [])), true)
})

test('a mount in a volume gets its place there; what cannot be is refused', () => {
  const plan = planMounts([mountAt('/etc/ssl/certs/one', '/v/file'), mountAt('/etc/ssl')], MACHINE)
  deepEqual(plan.within, [{ path: '/v/certs/one', kind: 'file' }])
  equal(plan.ownRoot, false)
  const cases: readonly [Mount, RegExp][] = [
    [mountAt('/'), /cannot be mounted upon/],
    [mountAt('here'), /cannot be mounted upon/],
    [mountAt('/data', '/gone'), /\/gone is not there/],
    [mountAt('/etc/hosts'), /\/etc\/hosts is a file on this machine, and the volume is a directory/],
    [mountAt('/etc/hosts/more'), /\/etc\/hosts is a file on this machine/],
  ]
  for (const [mount, why] of cases) {
    const { refused, binds } = planMounts([mount], MACHINE)
    deepEqual(
      [refused.length, binds.length, why.test(refused[0]?.why ?? '')],
      [1, 0, true],
      `${mount.at}: ${refused[0]?.why}`,
    )
  }
})

test('a table of mounts says odd names and flags', () => {
  const look = machineWith('/a b#c\\/')
  const plan = planMounts([{ ...mountAt('/a b#c\\', '/a b#c\\'), readOnly: true }], look)
  const row = '/a\\040b\\043c\\134 /a\\040b\\043c\\134 none bind,ro,nosuid 0 0\n'
  equal(
    fstab(plan, '/r', look, () => ['nosuid']),
    row,
  )
  const mountInfo = [
    '22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw',
    '30 22 0:25 / /tmp rw,nosuid,nodev,noatime - tmpfs tmpfs rw',
    '31 30 0:26 / /tmp/a\\040b rw,noexec - tmpfs tmpfs rw',
  ].join('\n')
  deepEqual(mountFlags(mountInfo, '/etc'), ['relatime'])
  deepEqual(mountFlags(mountInfo, '/tmp/x'), ['nosuid', 'nodev', 'noatime'])
  deepEqual(mountFlags(mountInfo, '/tmp/a b/x'), ['noexec'])
  deepEqual(mountFlags(mountInfo, '/tmpx'), ['relatime'])
})

test('a process is told apart though its name holds anything', () => {
  const stat = parseStat(
    `42 (a) b (c) S 7 42 42 0 -1 4194560 1 2 3 4 10 20 30 40 20 0 1 0 987 1000 55 ${'0 '.repeat(28)}`,
  )
  deepEqual(stat, { pid: 42, state: 'S', parent: 7, group: 42, started: '987', ticks: 100, residentPages: 55 })
  equal(parseStat(''), undefined)
})

test('names of runs are names of files', () => {
  equal(runKey({ podUid: 'a-1', container: 'main', attempt: 3 }), 'a-1_main_3')
  const refused = (error: unknown) => hasCode(error, 'Invalid')
  throws(() => runKey({ podUid: '../x', container: 'main', attempt: 0 }), refused)
  throws(() => runKey({ podUid: 'a', container: 'ma/in', attempt: 0 }), refused)
  throws(() => runKey({ podUid: 'a', container: 'main', attempt: 0.5 }), refused)
  equal(quoted("it's $x"), "'it'\\''s $x'")
})

test('who listens is found in the table of sockets, at every address too', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:192B 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4242 1',
    '   1: 0100007F:192B 0100007F:A000 01 00000000:00000000 00:00000000 00000000     0        0 4243 1',
    '   2: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4244 1',
    '   3: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 4245 1',
  ].join('\n')
  const found = listenersIn(table)
  deepEqual(found, [
    { address: '127.0.0.1', port: 6443, inode: '4242' },
    { address: '0.0.0.0', port: 22, inode: '4244' },
    { address: '::', port: 8080, inode: '4245' },
  ])
  deepEqual(found.map(isEverywhere), [false, true, true])
})
