/** The programs that are recorded: kube-apiserver, its kubectl and its etcd. */
import { existsSync } from 'node:fs'
import { buildKubernetes, kubernetesProgram } from 'muster/ecosystem/kubernetes.ts'

/** Where the programs are. */
export interface Binaries {
  readonly kubeApiserver: string
  readonly kubectl: string
  readonly etcd: string
}

/** The programs, if they are all in the cache. */
export async function builtBinaries(): Promise<Binaries | undefined> {
  const binaries: Binaries = {
    kubeApiserver: kubernetesProgram('kube-apiserver'),
    kubectl: kubernetesProgram('kubectl'),
    etcd: kubernetesProgram('etcd'),
  }
  return Object.values(binaries).every(existsSync) ? binaries : undefined
}

/** The programs from the cache, built first if they are not there: some ten minutes on two cores. Needs Go. */
export async function buildBinaries(say: (line: string) => void): Promise<Binaries> {
  return {
    etcd: await buildKubernetes('etcd', say),
    kubeApiserver: await buildKubernetes('kube-apiserver', say),
    kubectl: await buildKubernetes('kubectl', say),
  }
}
