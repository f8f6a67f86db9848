/** Volumes of pods: what is in them, how they change, and what is said when they cannot be made. */
import { deepEqual, equal, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import type {
  ConfigMap,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  Secret,
  Volume,
} from '@muster/api/types/core-v1.ts'
import { add, instant, minutes, seconds } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import type { Call } from '@muster/client/client.ts'
import { simClock } from '@muster/sim/clock.ts'
import type { References } from '../container/references.ts'
import type { FileSystem } from '../files/file-system.ts'
import { memoryFileSystem } from '../files/memory-file-system.ts'
import { tokenKey } from './payload.ts'
import { createTokens } from './tokens.ts'
import { clearVolumes, makeVolumes, mountsOf } from './volumes.ts'
import { writeAtomically } from './write-atomically.ts'

const config = (data: Record<string, string>): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'cfg' },
  data,
  binaryData: { raw: btoa('\x00\xff') },
})
const secret: Secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key' }, data: { password: btoa('pass') } }
const references: References = {
  configMaps: new Map([['cfg', config({ mode: 'fast', other: 'x' })]]),
  secrets: new Map([['key', secret]]),
}
const token = { path: 'token', expirationSeconds: 600 }
const sources = {
  references,
  tokens: new Map([[tokenKey(token), 'the token']]),
  podIPs: [],
  hostIPs: [],
  allocatable: { cpu: '2' },
}
const podWith = (...volumes: Volume[]): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', uid: 'u1', labels: { app: 'web' } },
  spec: { volumes, containers: [{ name: 'app', resources: { limits: { memory: '10Mi' } } }] },
})
const claim: PersistentVolumeClaim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data' },
  spec: { volumeName: 'pv-1' },
  status: { phase: 'Bound' },
}
const volume: PersistentVolume = {
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'pv-1' },
  spec: { local: { path: '/disks/one' } },
}

function stage() {
  const files = memoryFileSystem()
  const claims = new Map<string, PersistentVolumeClaim>([
    ['data', claim],
    ['pending', { ...claim, spec: {}, status: { phase: 'Pending' } }],
    ['remote', { ...claim, spec: { volumeName: 'pv-2' } }],
  ])
  const volumes = new Map<string, PersistentVolume>([
    ['pv-1', volume],
    ['pv-2', { ...volume, spec: { nfs: { server: 's', path: '/' } } }],
  ])
  const deps = {
    files,
    root: '/agent',
    now: () => instant(0),
    claim: async (_namespace: string, name: string) => claims.get(name),
    persistentVolume: async (name: string) => volumes.get(name),
  }
  const place = '/agent/pods/u1/volumes/kubernetes.io~'
  return { files, deps, place, make: (one: Volume, with_ = sources) => makeVolumes(deps, podWith(one), with_) }
}

test('files of config maps, secrets, tokens and of the pod itself, with their permissions', async () => {
  const { files, place, make } = stage()
  await make({ name: 'all', configMap: { name: 'cfg' } })
  deepEqual(await files.list(`${place}configmap/all`), ['..1970_01_01_00_00_00.1', '..data', 'mode', 'other', 'raw'])
  deepEqual(files.look(`${place}configmap/all/mode`), { text: 'fast', mode: 0o644 })
  deepEqual(await files.read(`${place}configmap/all/raw`), Uint8Array.from([0, 255]))
  const items = [{ key: 'mode', path: 'deep/mode', mode: 0o400 }]
  await make({ name: 'some', configMap: { name: 'cfg', items, defaultMode: 0o640 } })
  deepEqual(files.look(`${place}configmap/some/deep/mode`), { text: 'fast', mode: 0o400 })
  equal(files.look(`${place}configmap/some/other`), undefined)
  await make({ name: 'key', secret: { secretName: 'key', defaultMode: 0o400 } })
  deepEqual(files.look(`${place}secret/key/password`), { text: 'pass', mode: 0o400 })
  await make({
    name: 'access',
    projected: {
      sources: [
        { serviceAccountToken: token },
        { configMap: { name: 'cfg', items: [{ key: 'mode', path: 'ca.crt' }] } },
        { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
        {
          downwardAPI: {
            items: [
              { path: 'memory', resourceFieldRef: { containerName: 'app', resource: 'limits.memory', divisor: '1Mi' } },
            ],
          },
        },
      ],
    },
  })
  const access = ['token', 'ca.crt', 'labels', 'memory'].map(
    (name) => files.look(`${place}projected/access/${name}`)?.text,
  )
  deepEqual(access, ['the token', 'fast', 'app="web"', '10'])
})

const troubles: readonly (readonly [Volume, string])[] = [
  [{ name: 'v', configMap: { name: 'none' } }, 'configmap "none" not found'],
  [
    { name: 'v', configMap: { name: 'cfg', items: [{ key: 'none', path: 'x' }] } },
    'configmap references non-existent config key: none',
  ],
  [{ name: 'v', secret: { secretName: 'none' } }, 'secret "none" not found'],
  [
    { name: 'v', secret: { secretName: 'key', items: [{ key: 'none', path: 'x' }] } },
    'references non-existent secret key: none',
  ],
  [
    { name: 'v', hostPath: { path: '/none', type: 'Directory' } },
    'hostPath type check failed: /none is not a directory',
  ],
  [
    { name: 'v', hostPath: { path: '/none', type: 'Socket' } },
    'hostPath type check failed: /none is not a socket file',
  ],
  [{ name: 'v', persistentVolumeClaim: { claimName: 'none' } }, 'persistentvolumeclaim "none" not found'],
  [
    { name: 'v', persistentVolumeClaim: { claimName: 'pending' } },
    'PVC shop/pending has non-bound phase ("Pending") or empty pvc.Spec.VolumeName ("")',
  ],
  [
    { name: 'v', persistentVolumeClaim: { claimName: 'remote' } },
    'volume "pv-2" is no directory of this machine: this node mounts local and hostPath volumes only',
  ],
  [
    { name: 'v', nfs: { server: 's', path: '/' } },
    'volumes of nfs are not supported on this node: use emptyDir, configMap, secret, projected, downwardAPI, hostPath or persistentVolumeClaim',
  ],
]
test('what cannot be made says why', async () => {
  for (const [one, why] of troubles) {
    await rejects(stage().make(one), { message: `MountVolume.SetUp failed for volume "v" : ${why}` })
  }
  const { files, place, make } = stage()
  await make({ name: 'v', configMap: { name: 'none', optional: true } })
  deepEqual(await files.list(`${place}configmap/v`), ['..1970_01_01_00_00_00.1', '..data'])
})

test('directories: made once, kept as they are, and only the pod own ones go with it', async () => {
  const { files, deps, place, make } = stage()
  await make({ name: 'scratch', emptyDir: {} })
  await files.write(`${place}empty-dir/scratch/kept`, new Uint8Array(1), 0o644)
  await make({ name: 'scratch', emptyDir: {} })
  equal(await files.kindOf(`${place}empty-dir/scratch/kept`), 'file')
  await make({ name: 'disk', persistentVolumeClaim: { claimName: 'data' } })
  await make({ name: 'host', hostPath: { path: '/host/dir', type: 'DirectoryOrCreate' } })
  await make({ name: 'file', hostPath: { path: '/host/dir/file', type: 'FileOrCreate' } })
  const pod = podWith({ name: 'disk', persistentVolumeClaim: { claimName: 'data' } })
  deepEqual(await mountsOf(deps, pod, [{ name: 'disk', mountPath: '/data', subPath: 'a/b', readOnly: true }], {}), [
    { volume: 'disk', from: '/disks/one/a/b', at: '/data', readOnly: true },
  ])
  await rejects(
    mountsOf(deps, pod, [{ name: 'disk', mountPath: '/data', subPath: '../x' }], {}),
    /must not contain '..'/,
  )
  await rejects(
    mountsOf(deps, pod, [{ name: 'disk', mountPath: '/data', subPathExpr: '$(NONE)' }], {}),
    /missing value for NONE/,
  )
  await clearVolumes(deps, 'u1')
  deepEqual(
    [await files.kindOf('/disks/one/a/b'), await files.kindOf('/host/dir/file'), await files.kindOf('/agent/pods/u1')],
    ['directory', 'file', undefined],
  )
})

const payload = (files: Record<string, string>) =>
  new Map(Object.entries(files).map(([path, text]) => [path, { bytes: new TextEncoder().encode(text), mode: 0o644 }]))

test('a volume changes in one instant: whoever reads sees all of one version, also when the agent dies half way', async () => {
  const [before, after] = [payload({ one: 'a', two: 'a', gone: 'a' }), payload({ one: 'b', two: 'b', 'new/x': 'b' })]
  const keys = ['one', 'two']
  for (let dieAt = 1; dieAt < 40; dieAt++) {
    const files = memoryFileSystem()
    await files.makeDirectory('/v')
    await writeAtomically(files, '/v', before, instant(0))
    let steps = 0
    const dying = new Proxy(files, {
      get(of, verb: keyof FileSystem) {
        if (!['write', 'rename', 'link', 'remove', 'makeDirectory'].includes(verb)) return of[verb]
        return async (...args: never[]) => {
          if (++steps === dieAt) throw new ControlError('Internal', 'the agent dies')
          await (of[verb] as (...all: never[]) => Promise<unknown>)(...args)
          const seen = new Set(keys.map((key) => files.look(`/v/..data/${key}`)?.text))
          equal(seen.size, 1, `both are of one version after step ${steps}`)
        }
      },
    })
    const died = await writeAtomically(dying, '/v', after, instant(0)).then(
      () => false,
      () => true,
    )
    equal(await writeAtomically(files, '/v', after, instant(0)).then(() => true), true)
    deepEqual(
      ['one', 'two', 'new/x', 'gone'].map((name) => files.look(`/v/${name}`)?.text),
      ['b', 'b', 'b', undefined],
    )
    if (!died) return
  }
  throw new Error('it never came to an end')
})

test('nothing is written when nothing changed; a path out of the volume is refused', async () => {
  const files = memoryFileSystem()
  await files.makeDirectory('/v')
  equal(await writeAtomically(files, '/v', payload({ 'a/b': 'x' }), instant(0)), true)
  equal(await writeAtomically(files, '/v', payload({ 'a/b': 'x' }), instant(5000)), false)
  for (const path of ['../x', '/x', 'a/../../x', '..data']) {
    await rejects(writeAtomically(files, '/v', payload({ [path]: 'x' }), instant(0)), { code: 'Invalid' })
  }
})

test('tokens: asked for once, bound to the pod, and anew when four fifths of their time are over', async () => {
  const time = simClock()
  let setBy = minutes(0)
  const clock = { ...time, now: () => add(time.now(), setBy) }
  const asked: Call[] = []
  let isAway = false
  const client = {
    async call(call: Call) {
      if (isAway) throw new ControlError('Unavailable', 'the API is away')
      asked.push(call)
      const expirationTimestamp = new Date(time.now() + 600_000).toISOString().replace('.000', '')
      return { spec: { expirationSeconds: 600 }, status: { token: `t${asked.length}`, expirationTimestamp } }
    },
  }
  const tokens = createTokens(client, clock)
  const pod = podWith()
  equal(await tokens.token(pod, token), 't1')
  deepEqual(asked[0]?.path, '/api/v1/namespaces/shop/serviceaccounts/default/token')
  deepEqual((asked[0]?.body as { spec?: unknown } | undefined)?.spec, {
    audiences: [],
    expirationSeconds: 600,
    boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'web', uid: 'u1' },
  })
  await clock.advance(seconds(479))
  equal(await tokens.token(pod, token), 't1')
  await clock.advance(seconds(2))
  isAway = true
  equal(await tokens.token(pod, token), 't1')
  isAway = false
  equal(await tokens.token(pod, token), 't2')
  isAway = true
  await clock.advance(minutes(11))
  await rejects(tokens.token(pod, token), { message: 'failed to fetch token: the API is away' })

  isAway = false
  equal(await tokens.token(pod, token), 't3')
  setBy = minutes(-60)
  await clock.advance(minutes(9))
  equal(await tokens.token(pod, token), 't4', 'a clock that was set back makes no token last longer')
  setBy = minutes(0)
  equal(await tokens.token(pod, token), 't5', 'nor does a machine that slept, whose other clock stood still')
  equal(await tokens.token(pod, token), 't5')
})
