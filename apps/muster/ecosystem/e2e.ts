/**
 * Kubernetes' own end-to-end tests of its API, unmodified: those of sig-api-machinery that need no program in a pod.
 *
 * Pods are made by Muster's controllers, placed by its scheduler, and said to run by a node on paper. Of
 * kube-controller-manager there is one controller: the one that looks policies through.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { KUBERNETES_VERSION } from '@muster/api/kubernetes-version.ts'
import { startApi } from '../api-server/api-process.ts'
import { FAILING, NOT_RUN, type Reason } from './e2e-reasons.ts'
import type { Check, Finding } from './finding.ts'
import { startKubeControllers } from './kube-controllers.ts'
import { buildKubernetes } from './kubernetes.ts'
import { putNodeOnPaper } from './paper-node.ts'

/** What of kube-controller-manager Muster has nothing for: it does not type-check policies. */
const CONTROLLERS = ['validatingadmissionpolicy-status-controller']

/** All of them take ten minutes on two cores. */
const TIMEOUT = '40m'

/** A test that was run. */
export interface RunTest {
  readonly name: string
  readonly passed: boolean
  readonly seconds: number
  /** What was said of a failure. */
  readonly said: string
}

/** The whole suite but for {@link NOT_RUN}. */
export const e2eCheck: Check = {
  name: 'e2e',
  async run({ say, folder }) {
    const path = await buildKubernetes('e2e.test', say)
    const kubectl = await buildKubernetes('kubectl', say)
    const home = join(folder, 'e2e')
    const server = await startApi(join(home, 'server'))
    const controllers = await startKubeControllers(server.kubeconfig, CONTROLLERS, say)
    const node = await putNodeOnPaper(server.kubeconfig, 'on-paper')
    try {
      say('running the tests of sig-api-machinery, which takes minutes')
      const flags = {
        provider: 'skeleton',
        kubeconfig: server.kubeconfig,
        'kubectl-path': kubectl,
        'num-nodes': 0,
        'allowed-not-ready-nodes': -1,
        'disable-log-dump': true,
        'dump-logs-on-failure': false,
        'ginkgo.focus': '\\[sig-api-machinery\\]',
        'ginkgo.skip': NOT_RUN.flatMap(({ tests }) => tests).join('|'),
        'ginkgo.timeout': TIMEOUT,
        'ginkgo.json-report': join(home, 'report.json'),
      }
      await runTests(path, flags, home)
      return [judge(readReport(await readFile(join(home, 'report.json'), 'utf8')))]
    } finally {
      await node.stop()
      await controllers.stop()
      await server.stop()
    }
  },
}

async function runTests(path: string, flags: Readonly<Record<string, unknown>>, home: string): Promise<void> {
  await mkdir(home, { recursive: true })
  const words = Object.entries(flags).map(([name, value]) => `--${name}=${value}`)
  const child = spawn(path, words, {
    cwd: home,
    env: { ...process.env, HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const log = createWriteStream(join(home, 'log.txt'))
  child.stdout.pipe(log)
  child.stderr.pipe(log)
  await once(child, 'exit')
}

interface Spec {
  readonly ContainerHierarchyTexts: readonly string[] | null
  readonly LeafNodeText: string
  readonly LeafNodeType: string
  readonly State: string
  /** In nanoseconds. */
  readonly RunTime: number
  readonly Failure?: { readonly Message: string }
}

/** Reads a report of Ginkgo: each test that was run, and whatever else of the suite failed. */
export function readReport(text: string): readonly RunTest[] {
  const suites = JSON.parse(text) as readonly { readonly SpecReports: readonly Spec[] }[]
  return suites
    .flatMap(({ SpecReports }) => SpecReports)
    .filter(({ LeafNodeType, State }) => State !== 'skipped' && (LeafNodeType === 'It' || State !== 'passed'))
    .map(({ ContainerHierarchyTexts, LeafNodeText, LeafNodeType, State, RunTime, Failure }) => ({
      name: [...(ContainerHierarchyTexts ?? []), LeafNodeText || LeafNodeType].join(' '),
      passed: State === 'passed',
      seconds: RunTime / 1e9,
      said: Failure?.Message ?? State,
    }))
}

/** What came of them, beside the reasons. */
export function judge(tests: readonly RunTest[], reasons: readonly Reason[] = FAILING): Finding {
  const patterns = reasons.flatMap(({ tests: names }) => names)
  const hasReason = ({ name }: RunTest) => patterns.some((pattern) => new RegExp(pattern).test(name))
  const failed = tests.filter(({ passed }) => !passed)
  const passed = tests.filter((test) => test.passed)
  const idle = patterns.filter((pattern) => !failed.some(({ name }) => new RegExp(pattern).test(name)))
  const conformance = tests.filter(({ name }) => name.includes('[Conformance]'))
  const minutes = (tests.reduce((sum, { seconds }) => sum + seconds, 0) / 60).toFixed(0)
  return {
    client: 'e2e.test of Kubernetes',
    version: KUBERNETES_VERSION,
    did: "the tests of sig-api-machinery that need no program in a pod, over Muster's own controllers, scheduler, and a node on paper; kube-controller-manager type-checks policies",
    figures: [
      `${passed.length} of ${tests.length} tests pass`,
      `${conformance.filter((test) => test.passed).length} of the ${conformance.length} for conformance`,
      `${failed.filter(hasReason).length} fail with a reason`,
      `${minutes} min`,
    ].join(', '),
    troubles: [
      ...(tests.length === 0 ? ['no test was run'] : []),
      ...failed.filter((test) => !hasReason(test)).map(({ name, said }) => `${name}\n${said}`),
      ...idle.map((pattern) => `has a reason to fail, and does not: ${pattern}`),
    ],
  }
}
