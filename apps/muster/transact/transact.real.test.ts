/** Transactions by kubectl alone, and by the plugin, with every kubectl of this machine's ends against a server of its own. */
import { deepEqual, equal, match } from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { needs } from '@muster/tools/real.ts'
import { type ApiProcess, startApi } from '../api-server/api-process.ts'
import { findKubectls } from '../kubectl/find-kubectls.ts'
import { ownEntry } from '../workers.ts'

const found = await findKubectls()
const kubectls = found.filter((_one, at) => at === 0 || at === found.length - 1)
const plugin = join(dirname(fileURLToPath(ownEntry)), 'bin/kubectl-muster')

const configMap = (name: string, data: string, more = '') => `
  - verb: create
    object:
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: ${name}, namespace: shop${more}}
      data: {n: "${data}"}`

const BY_HAND = `apiVersion: muster.dev/v1
kind: Transaction
spec:
  reason: opens the shop
  operations:
  - verb: create
    object: {apiVersion: v1, kind: Namespace, metadata: {name: shop}}
${configMap('a', '1')}
${configMap('b', '1', ', ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: a}]')}
`

test('there is a kubectl to ask with', { skip: needs('kubectl', kubectls.length > 0) }, () => {})

for (const { path, minor } of kubectls) {
  describe(`kubectl 1.${minor}`, () => {
    const home = mkdtempSync(join(tmpdir(), 'muster-transact-'))
    let server: ApiProcess
    let env: NodeJS.ProcessEnv
    const kubectl = (...words: readonly string[]): Promise<{ exit: number; out: string; err: string }> =>
      new Promise((resolve) => {
        execFile(path, words, { env }, (error, out, err) => {
          resolve({ exit: typeof error?.code === 'number' ? error.code : error ? 1 : 0, out, err })
        })
      })
    const done = async (...words: readonly string[]) => {
      const said = await kubectl(...words)
      equal(said.exit, 0, `${words.join(' ')}: ${said.err}`)
      return said.out
    }
    const file = (name: string, content: string): string => {
      const at = join(home, name)
      mkdirSync(dirname(at), { recursive: true })
      writeFileSync(at, content)
      return at
    }
    before(async () => {
      server = await startApi(join(home, 'server'))
      symlinkSync(plugin, join(home, 'kubectl-muster'))
      env = {
        ...process.env,
        LANG: 'C',
        LC_ALL: 'C',
        HOME: home,
        KUBECONFIG: server.kubeconfig,
        PATH: [home, dirname(path), process.env.PATH].join(delimiter),
      }
    })
    after(async () => {
      await server?.stop()
      rmSync(home, { recursive: true, force: true })
    })

    test('kubectl create does what a Transaction says, or says why not', async () => {
      const opening = file('open.yaml', BY_HAND)
      match(await done('create', '-f', opening, '-o', 'jsonpath={.status.applied}', '--dry-run=server'), /^false/)
      equal((await kubectl('get', 'namespace', 'shop')).exit, 1)
      deepEqual(
        (await done('create', '-f', opening, '-o', 'jsonpath={range .status.results[*]}{.result} {.name}{"\\n"}{end}'))
          .trim()
          .split('\n'),
        ['created shop', 'created a', 'created b'],
      )
      equal(
        await done('get', 'cm', 'b', '-n', 'shop', '-o', 'jsonpath={.metadata.ownerReferences[0].uid}'),
        await done('get', 'cm', 'a', '-n', 'shop', '-o', 'jsonpath={.metadata.uid}'),
      )
      match(await done('muster', 'history', 'cm/a', '-n', 'shop'), /transaction of 3: opens the shop/)

      const twice = await kubectl('create', '-f', opening)
      equal(twice.exit, 1)
      match(
        twice.err,
        /nothing was done: spec\.operations\[0\], create Namespace shop: namespaces "shop" already exists \(2 more/,
      )
      const wrong = await kubectl('create', '-f', file('wrong.yaml', BY_HAND.replace('verb: create', 'verb: crate')))
      match(wrong.err, /spec\.operations\[0\]\.verb: Unsupported value: "crate"/)
      // Old ones cannot explain a kind that can only be created.
      if (minor >= 30) match(await done('explain', 'transaction.spec.operations.verb'), /What is to be done/)
      equal(
        (
          await done(
            'auth',
            'can-i',
            'create',
            'transactions.muster.dev',
            '--as',
            'somebody',
            '--as-group',
            'system:authenticated',
          )
        ).trim(),
        'yes',
      )
    })

    test('the plugin applies a folder of manifests, and shows before what that would change', async () => {
      await done('create', 'namespace', 'inn')
      const folder = dirname(
        file(
          'inn/1.yaml',
          'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: menu}\ndata: {soup: "1"}\n---\n# nothing\n',
        ),
      )
      file(
        'inn/2.json',
        JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'till' }, stringData: { pin: '1234' } }),
      )
      file('inn/notes.txt', 'no manifest')
      const flags = ['muster', 'transact', '-f', folder, '-n', 'inn']
      const tried = await kubectl(...flags, '--dry-run')
      equal(tried.exit, 0, tried.err)
      match(tried.out, /^configmap inn\/menu created\n[\s\S]*\+ \.data: {"soup":"1"}/)
      match(tried.out, /\+ \.data: \(hidden\)/)
      equal(/1234|MTIzNA/.test(tried.out), false)
      match(tried.err, /nothing is done: 2 of 2 would change/)
      equal((await done('get', 'secrets', '-n', 'inn', '-o', 'name')).trim(), '')

      const applied = await kubectl(...flags, '--reason', 'opens the inn')
      equal(applied.out, 'configmap inn/menu created\nsecret inn/till created\n', applied.err)
      match(applied.err, /all done together, at revision \d+ \(transaction [\w-]+\)/)
      const again = await kubectl(...flags)
      equal(again.out, 'configmap inn/menu unchanged\nsecret inn/till unchanged\n')
      match(await done('muster', 'history', 'cm/menu', '-n', 'inn'), /transaction of 2: opens the inn/)

      file('inn/1.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: menu}\ndata: {soup: "2"}\n')
      match(
        (await kubectl(...flags, '--dry-run')).out,
        /configmap inn\/menu updated\n- \.data\.soup: "?1"?\n\+ \.data\.soup: "?2"?\nsecret inn\/till unchanged/,
      )
      file('inn/3.yaml', 'apiVersion: v1\nkind: Unknown\nmetadata: {name: x}\n')
      const refused = await kubectl(...flags)
      equal(refused.exit, 1)
      match(refused.err, /error\[MUS0206\].*\n?.*spec\.operations\[2\]\.object\.kind/)
      equal(await done('get', 'cm', 'menu', '-n', 'inn', '-o', 'jsonpath={.data.soup}'), '1')
      rmSync(join(folder, '3.yaml'))
      equal((await kubectl(...flags, '--verb', 'delete')).out, 'secret inn/till deleted\nconfigmap inn/menu deleted\n')
    })
  })
}
