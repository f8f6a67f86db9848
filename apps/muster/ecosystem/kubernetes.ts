/**
 * Builds programs of Kubernetes itself from their public Go modules, once for each version, outside the repository.
 *
 * The module of k8s.io/kubernetes comes without its staging folders, so its own go.mod cannot be built. Ours is that
 * go.mod under another name, with the staging modules taken by their published versions (v1.36.1 publishes v0.36.1).
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { KUBERNETES_VERSION } from '@muster/api/kubernetes-version.ts'
import { cacheFolder } from './build.ts'

/** What can be built, by the name of the program. etcd is the version that Kubernetes itself requires. */
const PACKAGES = {
  etcd: 'go.etcd.io/etcd/server/v3',
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
  'kube-scheduler': 'k8s.io/kubernetes/cmd/kube-scheduler',
  kubectl: 'k8s.io/kubernetes/cmd/kubectl',
  'e2e.test': 'k8s.io/kubernetes/test/e2e',
} as const

/** One of them. */
export type KubernetesProgram = keyof typeof PACKAGES

/** Room for what the compiler says. */
const OUTPUT_BYTES_MAX = 64 * 2 ** 20

const run = promisify(execFile)

const home = () => join(cacheFolder(), 'oracle', KUBERNETES_VERSION)

/** Where a program is, or will be once it is built. */
export const kubernetesProgram = (name: KubernetesProgram): string => join(home(), 'bin', name)

/** The path of the program, built first if it is not there: up to ten minutes on two cores. Needs Go. */
export async function buildKubernetes(name: KubernetesProgram, say: (line: string) => void): Promise<string> {
  const target = kubernetesProgram(name)
  if (existsSync(target)) return target
  const module = join(home(), 'build')
  await writeModule(module)
  say(`building ${name} ${KUBERNETES_VERSION}, which takes minutes`)
  await mkdir(join(target, '..'), { recursive: true })
  const what = name.endsWith('.test') ? ['test', '-c'] : ['build']
  const flags = ['-mod=mod', '-trimpath', '-ldflags', await linkFlags(), '-o', `${target}.new`]
  await go(module, [...what, ...flags, PACKAGES[name]])
  await rename(`${target}.new`, target)
  return target
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
  if (existsSync(join(folder, 'go.mod'))) return
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
  run('nice', ['-n', '15', 'go', ...words], {
    cwd: folder,
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false', GOWORK: 'off' },
    maxBuffer: OUTPUT_BYTES_MAX,
  })
