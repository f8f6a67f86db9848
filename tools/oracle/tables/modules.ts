/** The published Go modules that everything here is derived from, at the one version that Muster follows. */
import { execFileSync } from 'node:child_process'
import { KUBERNETES_VERSION } from '@muster/api/kubernetes-version.ts'

// The same minor and patch, under v0.
const STAGING_VERSION = KUBERNETES_VERSION.replace(/^v1/, 'v0')

/** Where each module lies on this disk. */
export interface Modules {
  readonly kubernetes: string
  readonly api: string
  readonly apimachinery: string
  readonly apiextensions: string
  readonly aggregator: string
}

/** Finds the modules in Go's cache, and lets Go download what is not there. Needs the `go` command, compiles nothing. */
export function findModules(): Modules {
  const download = (path: string, version: string): string => {
    const answer: unknown = JSON.parse(
      execFileSync('go', ['mod', 'download', '-json', `${path}@${version}`], { encoding: 'utf8' }),
    )
    if (typeof answer === 'object' && answer !== null && 'Dir' in answer && typeof answer.Dir === 'string') {
      return answer.Dir
    }
    throw new TypeError(`go mod download ${path}@${version} names no directory`)
  }
  return {
    kubernetes: download('k8s.io/kubernetes', KUBERNETES_VERSION),
    api: download('k8s.io/api', STAGING_VERSION),
    apimachinery: download('k8s.io/apimachinery', STAGING_VERSION),
    apiextensions: download('k8s.io/apiextensions-apiserver', STAGING_VERSION),
    aggregator: download('k8s.io/kube-aggregator', STAGING_VERSION),
  }
}
