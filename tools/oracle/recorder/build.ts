/**
 * Builds kube-apiserver, kubectl and etcd from their public Go modules, once for each version, outside the repository.
 *
 * The module of k8s.io/kubernetes comes without its staging folders, so its own go.mod cannot be built. Ours is that
 * go.mod under another name, with the staging modules taken by their published versions (v1.36.1 publishes v0.36.1).
 */

import { execFile } from 'node:child_process'
import { access, mkdir, readFile, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { KUBERNETES_VERSION } from '@muster/api/kubernetes-version.ts'

/** Where the programs are. */
export interface Binaries {
  readonly kubeApiserver: string
  readonly kubectl: string
  readonly etcd: string
}

/** The packages that are built, by the name of their program. etcd is the version that Kubernetes itself requires. */
const PACKAGES = {
  etcd: 'go.etcd.io/etcd/server/v3',
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  kubectl: 'k8s.io/kubernetes/cmd/kubectl',
}

/** Room for what the compiler says. */
const OUTPUT_BYTES_MAX = 64 * 2 ** 20

const run = promisify(execFile)

/** The programs, if they are all in the cache. */
export async function builtBinaries(): Promise<Binaries | undefined> {
  const binaries = binariesIn(cacheFolder())
  const there = await Promise.all(Object.values(binaries).map(exists))
  return there.every(Boolean) ? binaries : undefined
}

const cacheFolder = () =>
  join(process.env.MUSTER_CACHE ?? join(homedir(), '.cache', 'muster'), 'oracle', KUBERNETES_VERSION)

const binariesIn = (cache: string): Binaries => ({
  kubeApiserver: join(cache, 'bin', 'kube-apiserver'),
  kubectl: join(cache, 'bin', 'kubectl'),
  etcd: join(cache, 'bin', 'etcd'),
})

/** The programs from the cache, built first if they are not there: some ten minutes on two cores. Needs Go. */
export async function buildBinaries(say: (line: string) => void): Promise<Binaries> {
  const cache = cacheFolder()
  const module = join(cache, 'build')
  const bin = join(cache, 'bin')
  for (const [name, goPackage] of Object.entries(PACKAGES)) {
    const target = join(bin, name)
    if (await exists(target)) continue
    await writeModule(module)
    say(`building ${name}, which takes minutes`)
    await go(module, ['build', '-mod=mod', '-trimpath', '-ldflags', await linkFlags(), '-o', target, goPackage])
  }
  return binariesIn(cache)
}

interface Downloaded {
  readonly Dir: string
  readonly Info: string
}

async function download(): Promise<Downloaded> {
  const { stdout } = await run('go', ['mod', 'download', '-json', `k8s.io/kubernetes@${KUBERNETES_VERSION}`])
  return JSON.parse(stdout)
}

async function writeModule(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  if (await exists(join(folder, 'go.mod'))) return
  const { Dir } = await download()
  const upstream = await readFile(join(Dir, 'go.mod'), 'utf8')
  const staging = KUBERNETES_VERSION.replace(/^v1\./, 'v0.')
  const ours = upstream
    .replace(/^module .*$/m, 'module muster.invalid/oracle')
    .replace(/=> \.\/staging\/src\/(\S+)/g, `=> $1 ${staging}`)
  await writeFile(join(folder, 'go.sum'), await readFile(join(Dir, 'go.sum')))
  await writeFile(join(folder, 'main.go'), 'package main\n\nfunc main() {}\n')
  await writeFile(join(folder, 'go.mod'), `${ours}\nrequire k8s.io/kubernetes ${KUBERNETES_VERSION}\n`)
}

/** What makes /version say what the released program says, but for the commit, which a module does not know. */
async function linkFlags(): Promise<string> {
  const { Time } = JSON.parse(await readFile((await download()).Info, 'utf8'))
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(KUBERNETES_VERSION) ?? []
  const values = {
    gitVersion: KUBERNETES_VERSION,
    gitMajor: major,
    gitMinor: minor,
    gitTreeState: 'archive',
    buildDate: Time,
  }
  const places = ['k8s.io/client-go/pkg/version', 'k8s.io/component-base/version']
  const flags = places.flatMap((place) => Object.entries(values).map(([key, value]) => `-X ${place}.${key}=${value}`))
  return ['-s', '-w', ...flags].join(' ')
}

/** At the lowest priority: it takes all cores for minutes. */
const go = (folder: string, words: readonly string[]) =>
  run('nice', ['go', ...words], {
    cwd: folder,
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false', GOWORK: 'off' },
    maxBuffer: OUTPUT_BYTES_MAX,
  })

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
