/** `kubectl muster` as it is typed, with every kubectl of this machine's ends, against a server of its own. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
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

interface Said {
  readonly exit: number
  readonly out: string
  readonly err: string
}

const run = (program: string, words: readonly string[], env: NodeJS.ProcessEnv): Promise<Said> =>
  new Promise((resolve) => {
    execFile(program, words, { env }, (error, out, err) => {
      resolve({ exit: typeof error?.code === 'number' ? error.code : error ? 1 : 0, out, err })
    })
  })

test('there is a kubectl to ask with', { skip: needs('kubectl', kubectls.length > 0) }, () => {})

for (const { path, minor } of kubectls) {
  describe(`kubectl 1.${minor}`, () => {
    const home = mkdtempSync(join(tmpdir(), 'muster-plugin-'))
    let server: ApiProcess
    let env: NodeJS.ProcessEnv
    const kubectl = (...words: readonly string[]) => run(path, words, env)
    const done = async (...words: readonly string[]) => {
      const said = await kubectl(...words)
      equal(said.exit, 0, `${words.join(' ')}: ${said.err}`)
      return said.out
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
        // Old ones hand no path on: the plugin takes the kubectl that it finds, which shall be this one.
        PATH: [home, dirname(path), process.env.PATH].join(delimiter),
      }
    })
    after(async () => {
      await server?.stop()
      rmSync(home, { recursive: true, force: true })
    })

    test('an object is made, changed, explained, compared, brought back and erased', async () => {
      await done('create', 'namespace', 'shop')
      await done('create', 'deployment', 'web', '--image=host/web', '-n', 'shop')
      await done('scale', 'deployment', 'web', '--replicas=3', '-n', 'shop')
      const history = await done('muster', 'history', 'deploy/web', '-n', 'shop')
      match(history, /^(\d+) {2}updated {2}\d+s ago \(.*Z\) {2}by admin with kubectl\/v1\.\d+/m)
      match(history, /by system:muster with deployment-controller\n.*\(because of replicasets\/web-\w+ @\d+\)/)
      match(history, /\.spec\.replicas {2}1 → 3/)
      const first = /^(\d+) {2}created/m.exec(history)?.[1] ?? ''

      match(
        await done('muster', 'why', 'serviceaccount', 'default', '-n', 'shop'),
        /namespaces\/shop.*\n.*\n● began with a person/,
      )
      match(await done('muster', 'why', 'deploy/web', '-n', 'shop', '--field', '.spec.replicas'), /1 → 3/)
      const json = JSON.parse(await done('muster', 'why', 'deploy/web', '-n', 'shop', '-o', 'json'))
      equal(json.kind, 'ObjectWhy')
      match(
        await done('muster', 'history', 'deploy/web', '-n', 'shop', '-o', 'yaml', '--limit', '1'),
        /^kind: ObjectHistory/,
      )

      const difference = await kubectl('muster', 'diff', 'deployments.apps/web', '-n', 'shop', '--from', first)
      equal(difference.exit, 1, difference.err)
      match(difference.out, /- \.spec\.replicas: 1\n\+ \.spec\.replicas: 3/)
      equal((await kubectl('muster', 'diff', 'deploy/web', '-n', 'shop', '--from', first, '--to', first)).exit, 0)

      const dry = await kubectl('muster', 'revert', 'deploy/web', '-n', 'shop', '--to', first)
      match(dry.out, /\+ \.spec\.replicas: 1/)
      match(dry.err, new RegExp(`kubectl muster revert deployments/web -n shop --to ${first} --yes`))
      equal((await done('get', 'deploy', 'web', '-n', 'shop', '-o', 'jsonpath={.spec.replicas}')).trim(), '3')
      await done('muster', 'revert', 'deploy/web', '-n', 'shop', '--to', first, '--yes', '--reason', 'one is enough')
      equal((await done('get', 'deploy', 'web', '-n', 'shop', '-o', 'jsonpath={.spec.replicas}')).trim(), '1')
      match(
        await done('muster', 'history', 'deploy/web', '-n', 'shop', '--limit', '20'),
        /reverts to revision \d+: one is enough/,
      )

      await done('delete', 'deploy', 'web', '-n', 'shop')
      match(await done('muster', 'get', 'deploy', '-n', 'shop', '--revision', first), /^NAME +READY.*\nweb +0\/1/)
      await done('muster', 'revert', 'deploy/web', '-n', 'shop', '--to', first, '--yes')
      equal((await done('get', 'deploy', '-n', 'shop', '-o', 'name')).trim(), 'deployment.apps/web')

      await done('create', 'secret', 'generic', 'db', '--from-literal=password=old', '-n', 'shop')
      await done('patch', 'secret', 'db', '-n', 'shop', '-p', '{"stringData":{"password":"new"}}')
      const secrets = await done('muster', 'history', 'secret/db', '-n', 'shop')
      match(secrets, /\.data\.password {2}\(hidden\) → \(hidden\)/)
      match(
        (await kubectl('muster', 'erase', 'secret/db', '-n', 'shop')).err,
        /1 old versions would be erased, for good/,
      )
      await done('muster', 'erase', 'secret/db', '-n', 'shop', '--yes')
      match(await done('muster', 'history', 'secret/db', '-n', 'shop'), /what it said was erased/)
    })

    test('plain kubectl can do the same with paths', async () => {
      const shop = '/apis/apps/v1/namespaces/shop/deployments/web'
      const { versions } = JSON.parse(await done('get', '--raw', `${shop}/history`))
      ok(versions.length >= 4)
      equal(JSON.parse(await done('get', '--raw', `${shop}/why`)).origin, 'human')
      const [first] = [...versions].toSorted((one, other) => Number(one.revision) - Number(other.revision))
      const all = shop.slice(0, shop.lastIndexOf('/'))
      const exact = `resourceVersion=${first.revision}&resourceVersionMatch=Exact`
      for (const past of [exact, `asOf=${encodeURIComponent(first.time)}`]) {
        const was = JSON.parse(await done('get', '--raw', `${shop}?${past}`))
        equal(was.metadata.resourceVersion, first.revision, past)
        const { items } = JSON.parse(await done('get', '--raw', `${all}?${past}`))
        deepEqual(
          items.map(({ metadata }: typeof was) => metadata.resourceVersion),
          [first.revision],
        )
      }
      const file = join(home, 'revert.json')
      const spec = { revision: versions.at(-1).revision }
      writeFileSync(file, JSON.stringify({ apiVersion: 'history.muster.dev/v1', kind: 'Revert', spec }))
      const reverted = JSON.parse(await done('create', '--raw', `${shop}/revert?dryRun=All`, '-f', file))
      equal(reverted.spec.replicas, 1)
      const policy = {
        apiVersion: 'history.muster.dev/v1',
        kind: 'RetentionPolicy',
        metadata: { name: 'shop' },
        spec: {
          resources: [{ group: 'apps', resource: 'deployments' }],
          namespaces: ['shop'],
          versions: 50,
          age: '90d',
        },
      }
      writeFileSync(file, JSON.stringify(policy))
      await done('apply', '-f', file)
      match(await done('get', 'retentionpolicies'), /NAME +VERSIONS +MAX AGE/)
    })

    test('what goes wrong is said with what to do next', async () => {
      const fails = async (page: string, what: RegExp, ...words: readonly string[]) => {
        const { exit, err } = await kubectl('muster', ...words)
        ok(exit > 0, words.join(' '))
        match(err, new RegExp(`error\\[${page}\\]`), words.join(' '))
        match(err, what)
        match(err, /next: {2}/)
      }
      await fails('MUS0305', /no resource type "spoons"/, 'why', 'spoons/one')
      await fails('MUS0305', /deployments.apps "nobody" not found/, 'history', 'deploy/nobody')
      await fails('MUS0305', /deployments.apps "nobody" not found/, 'tree', 'deploy/nobody')
      await fails('MUS0101', /which object/, 'why', 'deploy')
      await fails('MUS0101', /wanted either '--to/, 'revert', 'deploy/web')
      await fails(
        'MUS0302',
        /User "nobody" cannot get resource "deployments\/history"/,
        'history',
        'deploy/web',
        '-n',
        'shop',
        '--as',
        'nobody',
      )
      await fails('MUS0206', /is no time such as/, 'get', 'pods', '--as-of', 'yesterday')
      await fails('MUS0307', /./, 'why', 'deploy/web', '--kubeconfig', '/nowhere')
    })

    test('an object is shown with all that is its own, once, as data, and until it is well', async () => {
      await done('create', 'deployment', 'tree', '--image=host/web', '--replicas=2', '-n', 'shop')
      const shown = await done('muster', 'tree', 'deploy/tree', '-n', 'shop', '--all')
      match(shown, /^NAME +KIND +STATUS +AGE +INFO\ntree +Deployment +◌ Progressing/)
      match(shown, /\n└─ tree-\w+ +ReplicaSet .*\n {3}├─ tree-\w+-\w+ +Pod .*\n {3}└─ tree-\w+-\w+ +Pod /)
      const json = JSON.parse(await done('muster', 'tree', 'deploy', 'tree', '-n', 'shop', '-o', 'json'))
      deepEqual(
        [json.kind, json.owned[0].kind, json.owned[0].owned.length, json.owned[0].owned[0].health.is],
        ['Deployment', 'ReplicaSet', 2, 'Degraded'],
      )
      // There are no nodes here.
      const waited = await kubectl('muster', 'tree', 'deploy/tree', '-n', 'shop', '--wait', '--timeout', '1s')
      equal(waited.exit, 3)
      match(
        waited.err,
        /error\[MUS0309\]: after 1s 4 of 4 objects of deployments\/tree are not healthy\n {2}why: {3}pod\//,
      )
      match(waited.err, /Unschedulable: no nodes available to schedule pods/)
      await done('scale', 'deploy', 'tree', '--replicas=0', '-n', 'shop')
      match(
        await done('muster', 'tree', 'deploy/tree', '-n', 'shop', '--wait', '--timeout', '20s'),
        /Deployment\/tree .*✔ Healthy/,
      )
      await done('create', 'secret', 'generic', 'owned', '--from-literal=a=hidden-value', '-n', 'shop')
      const { uid } = json
      const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'tree', uid }
      await done(
        'patch',
        'secret',
        'owned',
        '-n',
        'shop',
        '-p',
        JSON.stringify({ metadata: { ownerReferences: [owner] } }),
      )
      match(await done('muster', 'tree', 'deploy/tree', '-n', 'shop'), /─ owned +Secret/)
      const someone = await kubectl('muster', 'tree', 'ns/shop', '--as', 'nobody')
      match(someone.err, /error\[MUS0302\].*cannot get resource "namespaces"/)
    })

    test('against a server that is no Muster, what needs history says so, and a tree does not', async () => {
      const plain = join(home, 'plain-kubectl')
      const server = join(home, 'plain-server.js')
      writeFileSync(server, PLAIN_SERVER)
      writeFileSync(
        plain,
        `#!/bin/sh\ncase "$*" in\n*api-resources*) exec "${path}" "$@";;\n*config*) echo default;;\n*proxy*) exec "${process.execPath}" "${server}" "$@";;\nesac\n`,
      )
      chmodSync(plain, 0o755)
      for (const words of [
        ['why', 'deploy/web'],
        ['history', 'deploy/web'],
        ['get', 'deploy', '--as-of', '-1h'],
      ]) {
        const { exit, err } = await run(plugin, words, { ...env, KUBECTL: plain })
        equal(exit, 1)
        match(err, /error\[MUS0304\]: this server keeps no history/, words.join(' '))
      }
      const { out } = await run(plugin, ['tree', 'deploy/web'], { ...env, KUBECTL: plain })
      match(out, /\nweb +Deployment +✔ Healthy/)
    })
  })
}

/** A server that knows one deployment and no history, on the socket that it is told. */
const PLAIN_SERVER = `
const http = require('node:http')
const [socket] = process.argv.filter((word) => word.startsWith('--unix-socket=')).map((word) => word.slice(14))
const web = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default', uid: 'u' }, spec: { replicas: 0 }, status: {} }
const answers = {
  '/api/v1': { kind: 'APIResourceList', resources: [] },
  '/apis': { kind: 'APIGroupList', groups: [{ name: 'apps', preferredVersion: { version: 'v1' } }] },
  '/apis/apps/v1': { kind: 'APIResourceList', resources: [] },
  '/apis/apps/v1/namespaces/default/deployments/web': web,
}
const missing = { kind: 'Status', status: 'Failure', reason: 'NotFound', code: 404, message: 'the server could not find the requested resource' }
http.createServer((request, response) => {
  const answer = answers[request.url.split('?')[0]]
  response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(answer ?? missing))
}).listen(socket, () => console.log('Starting to serve'))
`
