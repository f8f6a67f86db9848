/** The programs of a whole cluster, from their public modules: Kubernetes' own, and the machines of kwok. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { buildGo } from 'muster/ecosystem/build.ts'
import { buildKubernetes } from 'muster/ecosystem/kubernetes.ts'
import { buildBinaries } from '../recorder/build.ts'
import type { ClusterBinaries } from './world.ts'

const KWOK = 'sigs.k8s.io/kwok'

/** From the cache, built first if they are not there: some twenty minutes on two cores. Needs Go. */
export async function buildClusterBinaries(say: (line: string) => void): Promise<ClusterBinaries> {
  const own = { name: 'kwok', folder: 'kwok', goPackage: `${KWOK}/cmd/kwok`, module: KWOK }
  const { path: kwok, version } = await buildGo(own, say)
  return {
    ...(await buildBinaries(say)),
    controllerManager: await buildKubernetes('kube-controller-manager', say),
    scheduler: await buildKubernetes('kube-scheduler', say),
    kwok,
    kwokModule: join((await run('go', ['env', 'GOMODCACHE'])).stdout.trim(), `${KWOK}@${version}`),
  }
}

const run = promisify(execFile)
