/** The steps of the API's tour, in the order in which they are played. Each stands on what the ones before it wrote. */
import type { Namespace } from '@muster/api/types/core-v1.ts'
import type { ResourceRef } from '@muster/client/resource-ref.ts'
import { same, text } from '../terminal/language.ts'
import { expect } from '../tour/play.ts'
import { customKindStep } from './custom-kind-step.ts'
import { historyStep, whyStep } from './history-steps.ts'
import { killStep } from './kill-step.ts'
import { ownershipStep } from './ownership-step.ts'
import { quotaStep } from './quota-step.ts'
import { NAMESPACE, type Step } from './stage.ts'
import { transactionStep } from './transaction-step.ts'
import { watchStep } from './watch-step.ts'

const NAMESPACES: ResourceRef<Namespace> = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
}

const startStep: Step = {
  title: text('A control plane starts, and answers as Kubernetes does', '控制面启动，并像 Kubernetes 一样应答'),
  command: 'muster up; kubectl version; kubectl create namespace tour',
  async play({ start, about, client }) {
    await start()
    const version = (await client().call({ method: 'GET', path: '/version' })) as { gitVersion: string }
    const made = await client()
      .resource(NAMESPACES)
      .create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } })
    expect(made.status?.phase === 'Active', 'a new namespace is active')
    const { url, tookMs } = about()
    return [
      same(`${url}  Kubernetes ${version.gitVersion}`),
      text(`ready ${(tookMs / 1000).toFixed(1)} s after its start`, `启动后 ${(tookMs / 1000).toFixed(1)} 秒就绪`),
    ]
  },
}

/** Every step of the tour. */
export const STEPS: readonly Step[] = [
  startStep,
  customKindStep,
  ownershipStep,
  historyStep,
  whyStep,
  transactionStep,
  quotaStep,
  watchStep,
  killStep,
]
