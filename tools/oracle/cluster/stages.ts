/** How kwok's machines behave: as kwok ships it for the fast ones, but for pods that end. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Pods run and are ready at once; nodes are ready, and renew their leases. */
/** Where kwok ends each pod of a Job, and lets no pod that is deleted end before it is gone. */
const OTHERWISE = ['pod-complete.yaml', 'pod-delete.yaml']
const FOLDERS = ['pod/fast', 'node/fast', 'node/heartbeat-with-lease']

/** Writes the stages of kwok's module as one file, and answers its path. */
export async function writeStages(module: string, folder: string): Promise<string> {
  const texts: string[] = []
  for (const stages of FOLDERS.map((name) => join(module, 'kustomize', 'stage', name))) {
    const files = (await readdir(stages)).filter(
      (name) => name.endsWith('.yaml') && ![...OTHERWISE, 'kustomization.yaml'].includes(name),
    )
    for (const file of files.sort()) texts.push(await readFile(join(stages, file), 'utf8'))
  }
  const path = join(folder, 'stages.yaml')
  const [runs, deleted] = ['.metadata.annotations["fake.muster.dev/runs-for"]', '.metadata.deletionTimestamp']
  texts.push(
    podStage('pod-end', [exists(runs), isRunning('In'), { key: deleted, operator: 'DoesNotExist' }], ended(0)),
    podStage('pod-stop', [exists(deleted), isRunning('In')], ended(TERMINATED)),
    podStage('pod-gone', [exists(deleted), isRunning('NotIn')], { delete: true }),
  )
  await writeFile(path, texts.join('\n---\n'))
  return path
}

const exists = (key: string) => ({ key, operator: 'Exists' })
const isRunning = (operator: 'In' | 'NotIn') => ({ key: '.status.phase', operator, values: ['Running'] })

/** JSON is YAML too. */
const podStage = (name: string, matchExpressions: readonly object[], next: object): string =>
  JSON.stringify({
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'Stage',
    metadata: { name },
    spec: { resourceRef: { apiGroup: 'v1', kind: 'Pod' }, selector: { matchExpressions }, next },
  })

/** Of a program that was asked to end, and did. */
const TERMINATED = 143

/** A template of the status that a kubelet writes of a pod whose containers have ended. */
const ended = (exitCode: number) => ({
  statusTemplate: `
{{ $now := Now }}
phase: ${exitCode === 0 ? 'Succeeded' : 'Failed'}
conditions:
{{ range $type := list "Ready" "ContainersReady" }}
- { type: {{ $type }}, status: "False", reason: ${exitCode === 0 ? 'PodCompleted' : 'PodFailed'}, lastTransitionTime: {{ $now | Quote }} }
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: false
  started: false
  restartCount: 0
  state:
    terminated:
      exitCode: ${exitCode}
      reason: ${exitCode === 0 ? 'Completed' : 'Error'}
      startedAt: {{ $now | Quote }}
      finishedAt: {{ $now | Quote }}
{{ end }}
`,
})
