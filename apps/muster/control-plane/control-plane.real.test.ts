/** `up`, `down` and what is between, as they are typed: processes that stay, are killed, and come back. */
import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { needs } from '@muster/tools/real.ts'
import { findKubectls } from '../kubectl/find-kubectls.ts'
import { ownEntry, shopFolder } from '../workers.ts'
import { identityOf } from './process.ts'

const home = mkdtempSync(join(tmpdir(), 'muster-up-'))
const kubectl = (await findKubectls()).at(-1)?.path
const env = { ...process.env, LANG: 'C', LC_ALL: 'C', MUSTER_HOME: home, ...(kubectl ? { KUBECTL: kubectl } : {}) }

const start = (words: readonly string[], more: NodeJS.ProcessEnv = {}) =>
  spawn(process.execPath, [fileURLToPath(ownEntry), ...words], {
    env: { ...env, KUBECONFIG: undefined, ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  })

async function muster(words: readonly string[], more: NodeJS.ProcessEnv = {}) {
  const child = start(words, more)
  const said = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    said.out += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said.err += chunk
  })
  const [exit] = await once(child, 'close')
  return { ...said, exit: exit as number | null }
}

const json = async (...words: readonly string[]) => {
  const { out, err, exit } = await muster([...words, '-o', 'json'])
  equal(exit, 0, err)
  return JSON.parse(out)
}

/** A zombie is not. */
const isThere = async (pid: number) => (await identityOf(pid)) !== undefined

/** The member cluster that the demo is in. */
const SHOP = 'cn-sh-1'

let first: { pid: number; url: string; kubeconfig: string }

before(async () => {
  first = await json('up', '--detach', '--demo')
})

after(async () => {
  await muster(['down', '--timeout', '5'])
  rmSync(home, { recursive: true, force: true })
})

test('up --detach leaves a process behind that answers, and status tells of it', async () => {
  equal(first.kubeconfig, join(home, 'default', 'kubeconfig'))
  const status = await json('status')
  deepEqual([status.running, status.pid, status.url], [true, first.pid, first.url])
  const shop = status.clusters.find(({ name }: { name: string }) => name === SHOP)
  deepEqual([shop.counts.nodes, shop.counts.pods, shop.counts.deployments], [3, 10, 7])
  equal(status.log, join(home, 'default', 'logs', 'up.log'))
  match(
    (await muster(['status'])).out,
    /✔ default {2}runs for \d+s[\s\S]*CLUSTER +NAMESPACES +NODES[\s\S]*default +4 +0[\s\S]*cn-sh-1 +5 +3 +10/,
  )
  match((await muster(['status', '--ascii', '--lang', 'zh'])).out, /\[ok\] default {2}已运行/)
})

test('a second up finds the first, in the foreground and in the background', async () => {
  for (const words of [['up'], ['up', '--detach'], ['up', '--port', '0']]) {
    const again = await json(...words)
    deepEqual([again.pid, again.state, again.url], [first.pid, 'already running', first.url])
  }
  const { out, exit } = await muster(['up'])
  equal(exit, 0)
  match(out, /runs already: pid \d+/)
})

test('versions of both sides', async () => {
  const { client, server } = await json('version')
  equal(client.muster, server.muster)
  match(server.kubernetes, /^v1\.\d+/)
  equal((await json('version', '--client')).server, undefined)
})

test('verbs of kubectl go to kubectl with the right kubeconfig', { skip: needs('kubectl', !!kubectl) }, async () => {
  const inShop = ['--context', `muster-${SHOP}`, '-n', 'shop']
  match((await muster(['get', 'deployments', ...inShop])).out, /^NAME +READY[\s\S]*\nweb +2\/2/)
  const manifests = join(fileURLToPath(shopFolder), 'manifests')
  const dry = await muster(['apply', '--dry-run=server', '-f', manifests, '--context', `muster-${SHOP}`])
  equal(dry.exit, 0, dry.err)
  match(dry.out, /statefulset\.apps\/db configured \(server dry run\)/)
  match(dry.out, /deployment\.apps\/load created \(server dry run\)/)
  equal((await muster(['get', 'pods', '--no-such-flag'])).exit, 1)
  equal((await muster(['get', 'namespaces', '--name', 'other'])).exit, 1, 'flags of ours stand before the verb')
  const past = await muster(['get', 'deployments', ...inShop, '--as-of', '-0s'])
  match(past.out, /^NAME +READY[\s\S]*\nweb +/)
})

test('without kubectl, what to install is said', async () => {
  const { err, exit } = await muster(['get', 'pods'], { KUBECTL: '/nowhere/kubectl' })
  equal(exit, 1)
  match(err, /^error\[MUS0110\]: muster get is kubectl's get, and no \/nowhere\/kubectl was found\n/)
})

test('the kubeconfig is printed, named, and merged into a file that is named', async () => {
  const { out } = await muster(['kubeconfig'])
  equal(out, readFileSync(first.kubeconfig, 'utf8'))
  equal((await muster(['kubeconfig', '--path'])).out.trim(), first.kubeconfig)
  const file = join(home, 'theirs')
  writeFileSync(
    file,
    '# mine\napiVersion: v1\nkind: Config\ncurrent-context: work\nclusters:\n- {name: work, cluster: {server: "https://w"}}\n',
  )
  for (let turn = 0; turn < 2; turn++) equal((await muster(['kubeconfig', '--merge', file])).exit, 0)
  const merged = readFileSync(file, 'utf8')
  match(merged, /^# mine\n[\s\S]*current-context: work\n/)
  equal(merged.match(/name: muster$/gm)?.length, 3)
  match(readFileSync(`${file}.before-muster`, 'utf8'), /# mine/)
  writeFileSync(file, 'clusters: [{name: muster, cluster: {server: "https://elsewhere"}}]\n')
  equal((await muster(['kubeconfig', '--merge', file])).exit, 5)
  match(readFileSync(file, 'utf8'), /elsewhere/)
  match((await muster(['kubeconfig', 'none-such'])).err, /^error\[MUS0109\]/)
})

test('a real bash completes commands, flags and names of resources', async (t) => {
  const PATH = [...(kubectl ? [dirname(kubectl)] : []), process.env.PATH].join(delimiter)
  const script = join(home, 'completion.bash')
  writeFileSync(script, (await muster(['completion', 'bash'])).out)
  const complete = (...words: readonly string[]) =>
    new Promise<string[]>((resolve, reject) => {
      const line = `source "$0"; COMP_WORDS=(muster "$@"); COMP_CWORD=$#; _muster; printf '%s\\n' "\${COMPREPLY[@]}"`
      execFile('bash', ['--norc', '-c', line, script, ...words], { env: { ...env, PATH } }, (error, out, err) =>
        error || err ? reject(error ?? new Error(err)) : resolve(out.trim().split('\n')),
      )
    })
  deepEqual(await complete('do'), ['down', 'doctor'])
  deepEqual(await complete('down', '--p'), ['--purge', '--plain'])
  ok((await complete('store', 'lease', '')).includes('grant'))
  deepEqual(await complete('kubeconfig', 'eu', '--m'), ['--merge'])
  ok((await complete('')).includes('port-forward'))
  for (const shell of ['zsh', 'fish', 'powershell']) match((await muster(['completion', shell])).out, /doctor/)
  equal((await muster(['completion', 'cmd'])).exit, 1)
  if (!kubectl) return t.skip(needs('kubectl', false) || '')
  deepEqual(await complete('get', 'deployments', '--context', `muster-${SHOP}`, '-n', 'shop', 'orde'), ['orders'])
})

test('killed with -9, status says so, and up brings back what was there at the same address', async () => {
  process.kill(first.pid, 'SIGKILL')
  const gone = await muster(['status'])
  equal(gone.exit, 1)
  match(gone.err, /^error\[MUS0109\][\s\S]*why: +process \d+ served it since .*, and ended without a word/)
  deepEqual(JSON.parse((await muster(['status', '-o', 'json'])).out).running, false)
  const again = await json('up', '--detach')
  notEqual(again.pid, first.pid)
  equal(again.url, first.url)
  const shop = (await json('status')).clusters.find(({ name }: { name: string }) => name === SHOP)
  deepEqual([shop.counts.deployments, shop.counts.pods], [7, 10])
  first = again
})

test('what the one that runs lacks is said', async () => {
  const { err, exit } = await muster(['up', '--demo'])
  equal(exit, 0)
  match(err, /^! it runs without --demo: muster down, then .*up --demo\n/)
})

test('two that start at once are one', async () => {
  await json('down')
  const both = await Promise.all([json('up', '-d'), json('up', '-d')])
  equal(both[0].pid, both[1].pid)
  first = both[0]
})

test('a run.json with the number of another process ends nobody', async () => {
  await json('down')
  ok(!(await isThere(first.pid)))
  const innocent = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  try {
    const identity = { pid: innocent.pid, startTime: '1', bootId: 'another' }
    const run = {
      process: identity,
      url: first.url,
      kubeconfig: '',
      since: '',
      version: '',
      node: '',
      clusters: [],
      parts: {},
    }
    writeFileSync(join(home, 'default', 'run.json'), JSON.stringify(run))
    equal((await json('down')).process, 'gone')
    ok(await isThere(innocent.pid ?? 0))
  } finally {
    innocent.kill('SIGKILL')
  }
})

test('a port that is taken: another is chosen, or it is said who has it', async () => {
  // Or by somebody else by now, who does as well.
  const thief = createServer().listen(Number(new URL(first.url).port), '127.0.0.1')
  await Promise.race([once(thief, 'listening'), once(thief, 'error')]).catch(() => {})
  try {
    const refused = await muster(['up', '--port', new URL(first.url).port])
    equal(refused.exit, 1)
    match(refused.err, /error\[MUS0003\]: port \d+ is in use( by pid \d+ \(.*\))?\n[\s\S]*up --port 0/)
    const late = await muster(['up', '--detach', '--port', new URL(first.url).port])
    equal(late.exit, 1)
    match(late.err, /^error\[MUS0111\][\s\S]*MUS0003[\s\S]*next:/)
    const other = await json('up', '--detach')
    notEqual(other.url, first.url)
    match(readFileSync(other.log, 'utf8'), /port \d+ is in use.*: this is at port \d+/)
  } finally {
    thief.close()
  }
})

test('one that hangs is ended by force', { skip: process.platform === 'win32' && 'needs signals' }, async () => {
  const { pid } = await json('up', '-d')
  process.kill(pid, 'SIGSTOP')
  equal((await json('down', '--timeout', '0.3s')).process, 'killed')
  ok(!(await isThere(pid)))
  equal((await json('down')).process, 'gone')
})

test('in the foreground it ends with a polite kill, and takes back what it said', async () => {
  const child = start(['up', '--plain'])
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk
  })
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(`it ended early: ${out}`)))
  while (!out.includes('Ctrl-C')) await Promise.race([once(child.stdout, 'data'), ended])
  ended.catch(() => {})
  match(out, /✔ control plane +127\.0\.0\.1:\d+ +\d\.\ds\n {2}✔ member clusters .*\nReady in \d+\.\ds\n/)
  ok(!out.includes('\x1b'))
  child.kill('SIGTERM')
  const [exit] = await once(child, 'exit')
  equal(exit, 0)
  ok(!existsSync(join(home, 'default', 'run.json')))
})

test('doctor looks at everything, and its bundle holds no key', async () => {
  const { out, exit } = await muster(['doctor'])
  equal(exit, 0)
  equal(out.match(/^. (ok|warn) /gm)?.length, 11, out)
  const file = join(home, 'bundle.tar.gz')
  const { checks } = await json('doctor', '--bundle', file)
  equal(checks.length, 11)
  const list = await new Promise<string>((resolve) => execFile('tar', ['-tzf', file], (_error, said) => resolve(said)))
  deepEqual(list.trim().split('\n'), ['muster/facts.json', 'muster/logs/up.log'])
})

test('doctor ends what a killed keeper has left', async () => {
  const runs = join(home, 'default', 'data', 'nodes', 'here', 'n1', 'runs')
  mkdirSync(runs, { recursive: true })
  const env = { ...process.env, MUSTER_RUN: `${realpathSync(runs)}:pod_main_0` }
  const left = spawn('sleep', ['1000'], { env, stdio: 'ignore' })
  const ended = once(left, 'exit')
  match((await muster(['doctor'])).out, /leftovers +ended 1 processes of pods/)
  deepEqual(await ended, [null, 'SIGKILL'])
  match((await muster(['doctor'])).out, /leftovers +none/)
})

test('down --purge asks first; with --yes nothing is left, and what is not ours stays', async () => {
  await json('up', '-d')
  const refused = await muster(['down', '--purge'])
  equal(refused.exit, 5)
  match(refused.err, /^error\[MUS0102\]/)
  equal((await json('status')).running, true, 'a question that was not answered stops nothing')
  writeFileSync(join(home, 'default', 'mine.txt'), 'mine')
  const kept = await muster(['down', '--purge', '--yes'])
  equal(kept.exit, 1)
  match(kept.err, /^error\[MUS0107\]: kept what is not of Muster: mine\.txt/)
  ok(existsSync(join(home, 'default', 'mine.txt')) && !existsSync(join(home, 'default', 'data')))
  rmSync(join(home, 'default', 'mine.txt'))
  equal((await json('down', '--purge', '--yes')).purged, true)
  ok(!existsSync(join(home, 'default')))
})
