/** A quota under many at once. */
import { hasCode } from '@muster/base/errors.ts'
import type { ResourceRef } from '@muster/client/resource-ref.ts'
import { text } from '../terminal/language.ts'
import { expect } from '../tour/play.ts'
import { CONFIG_MAPS, configMap, NAMESPACE, type Step } from './stage.ts'

const QUOTAS: ResourceRef = {
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  namespaced: true,
}
const CLIENTS = 16
/** What is there already counts: the CA of the cluster, and what another step has written. */
const HARD = 8

/** Sixteen at once want one each, and as many get one as there is room for. */
export const quotaStep: Step = {
  title: text(
    'A quota is counted in the commit that it limits: nobody slips through',
    '配额在被限制的提交中计数：无人能钻空子',
  ),
  command: 'kubectl create quota small --hard=configmaps=8',
  async play({ client }) {
    const quotas = client().resource(QUOTAS)
    const maps = client().resource(CONFIG_MAPS)
    const hard = { configmaps: String(HARD) }
    const metadata = { namespace: NAMESPACE, name: 'small' }
    await quotas.create({ apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard } })
    const outcomes = await Promise.all(
      Array.from({ length: CLIENTS }, async (_, number) => {
        try {
          await maps.create(configMap(`counted-${number}`, {}))
          return true
        } catch (error) {
          if (!hasCode(error, 'Forbidden')) throw error
          return false
        }
      }),
    )
    const { items } = await maps.list({ namespace: NAMESPACE })
    const made = outcomes.filter(Boolean).length
    expect(made > 0, 'there was room for some')
    expect(items.length === HARD, `${items.length} are there, and the quota allows ${HARD}`)
    await quotas.delete(metadata)
    return [
      text(
        `${CLIENTS} at once: ${made} created, ${CLIENTS - made} refused, ${items.length} of ${HARD} there`,
        `${CLIENTS} 个并发：创建 ${made} 个，拒绝 ${CLIENTS - made} 个，现有 ${items.length} / ${HARD}`,
      ),
    ]
  },
}
