/** Several writes, all or none. */
import type { KubeObject } from '@muster/api/object.ts'
import { TRANSACTION_GROUP, TRANSACTIONS, type Transaction } from '@muster/api/transaction/transaction.ts'
import { hasCode } from '@muster/base/errors.ts'
import type { ResourceRef } from '@muster/client/resource-ref.ts'
import { text } from '../terminal/language.ts'
import { expect } from '../tour/play.ts'
import { CONFIG_MAPS, configMap, NAMESPACE, type Step } from './stage.ts'

const REF: ResourceRef<Transaction> = {
  group: TRANSACTION_GROUP,
  version: 'v1',
  kind: 'Transaction',
  plural: TRANSACTIONS,
  namespaced: false,
}
const NAMES = ['together-a', 'together-b', 'together-c']

const creating = (...objects: readonly KubeObject[]): Transaction => ({
  apiVersion: `${TRANSACTION_GROUP}/v1`,
  kind: 'Transaction',
  metadata: {},
  spec: { operations: objects.map((object) => ({ verb: 'create', object })) },
})

/** One that may not be spoils the others; without it they have neighbouring versions. */
export const transactionStep: Step = {
  title: text('Several objects are written together, or none of them', '多个对象一并写入，或全部不写'),
  command: 'kubectl muster transact -f shop/',
  async play({ client }) {
    const [maps, transactions] = [client().resource(CONFIG_MAPS), client().resource(REF)]
    const objects = NAMES.map((name) => configMap(name, {}))
    const spoilt = creating(...objects, configMap('Not A Name', {}))
    const refused = await transactions.create(spoilt).then(
      () => false,
      (error) => hasCode(error, 'Invalid'),
    )
    const inVain = (await maps.list({ namespace: NAMESPACE })).items.filter(isOfStep)
    expect(refused && inVain.length === 0, `${inVain.length} were written of a transaction that was refused`)
    await transactions.create(creating(...objects))
    const made = (await maps.list({ namespace: NAMESPACE })).items.filter(isOfStep)
    const versions = made.map(({ metadata }) => Number(metadata.resourceVersion)).sort((one, other) => one - other)
    const [first = 0] = versions
    expect(
      versions.length === NAMES.length && versions.every((version, at) => version === first + at),
      `their versions are neighbours: ${versions.join(', ')}`,
    )
    for (const name of NAMES) await maps.delete({ namespace: NAMESPACE, name })
    return [
      text(
        `${NAMES.length} and one that may not be: none there; the ${NAMES.length} alone: at revisions ${first} to ${versions.at(-1)}`,
        `${NAMES.length} 个加 1 个不合法：一个都没有；仅 ${NAMES.length} 个：修订号 ${first} 至 ${versions.at(-1)}`,
      ),
    ]
  },
}

const isOfStep = ({ metadata }: KubeObject): boolean => NAMES.includes(metadata.name ?? '')
