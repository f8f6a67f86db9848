/** Looking back at an object: its versions, and why the last one came to be. */
import { text } from '../terminal/language.ts'
import { expect } from '../tour/play.ts'
import { SHARED } from './ownership-step.ts'
import { CONFIG_MAPS, NAMESPACE, type Step } from './stage.ts'

const PATH = `/api/v1/namespaces/${NAMESPACE}/configmaps/${SHARED}`

interface HistoryVersion {
  readonly revision: string
  readonly change: string
  readonly by: { readonly user: string; readonly client?: string }
  readonly fields?: readonly { readonly field: string; readonly from?: unknown; readonly to?: unknown }[]
}

/** Every version, and the object as it was at the first. */
export const historyStep: Step = {
  title: text(
    'An object tells what changed, when and by whom, and can be read as it was',
    '对象说明何时、被谁、改了什么，并可按当时的样子读取',
  ),
  command: `kubectl muster history configmap ${SHARED}`,
  async play({ client }) {
    const { versions } = (await client().call({ method: 'GET', path: `${PATH}/history` })) as {
      versions: readonly HistoryVersion[]
    }
    expect(versions.length === 2, 'it was written twice, and refused once')
    const first = versions.at(-1)
    expect(first?.change === 'created', 'the oldest version is the creation')
    const { items } = await client()
      .resource(CONFIG_MAPS)
      .list({
        namespace: NAMESPACE,
        fieldSelector: `metadata.name=${SHARED}`,
        resourceVersion: first.revision,
        resourceVersionMatch: 'Exact',
      })
    expect(items[0]?.data?.colour === 'green', 'at its first revision it is green')
    return [
      ...versions.toReversed().map(({ revision, change, by, fields = [] }) => {
        const what = fields.map(({ field, from, to }) => `${field}: ${from} → ${to}`).join(', ')
        return text(`${revision}  ${change} by ${by.user}  ${what}`, `${revision}  ${change}，${by.user}  ${what}`)
      }),
      text(`as of ${first.revision}: green`, `在 ${first.revision}：green`),
    ]
  },
}

/** The chain of causes of the object's newest version. */
export const whyStep: Step = {
  title: text(
    'Why something is as it is leads back to a person, a clock or a machine',
    '为何如此，可追溯到人、时钟或机器',
  ),
  command: 'kubectl muster why configmap kube-root-ca.crt',
  async play({ client }) {
    const path = `/api/v1/namespaces/${NAMESPACE}/configmaps/kube-root-ca.crt/why`
    const why = (await client().call({ method: 'GET', path })) as {
      origin: string
      chain: readonly {
        object: { resource: string; name: string; revision: string }
        version?: { change: string; by: { user: string; client?: string } }
      }[]
    }
    expect(why.chain.length === 2, 'a controller wrote it, because somebody made the namespace')
    expect(why.origin === 'human', `it leads back to a person, and not to: ${why.origin}`)
    return why.chain.map(({ object, version }) => {
      const { resource, name, revision } = object
      const who = version ? `${version.by.user} (${version.by.client?.split(' ')[0] ?? ''})` : ''
      return text(`${resource}/${name} at ${revision}  by ${who}`, `${resource}/${name} 在 ${revision}，${who}`)
    })
  },
}
