/** A client that defines many kinds. */
import { setTimeout as sleep } from 'node:timers/promises'
import { ask, askWhole, endpointOf, openSessions } from './endpoint.ts'

const PATH = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const AT_ONCE = 8

/** Creates so many definitions and waits until each is served. */
export async function defineKinds({
  kubeconfig,
  count,
}: {
  readonly kubeconfig: string
  readonly count: number
}): Promise<{ readonly seconds: number }> {
  const endpoint = endpointOf(kubeconfig)
  using sessions = openSessions(endpoint, AT_ONCE)
  const start = performance.now()
  let next = 0
  const worker = async (client: number) => {
    while (next < count) {
      await ask(endpoint, sessions.of(client), { method: 'POST', path: PATH, body: definition(next++) })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, (_, client) => worker(client)))
  while (!(await areServed(count))) await sleep(20)
  return { seconds: (performance.now() - start) / 1000 }

  async function areServed(wanted: number): Promise<boolean> {
    const path = '/apis/bench.example.org/v1'
    const answer = await askWhole(endpoint, sessions.of(0), { method: 'GET', path }).catch(() => undefined)
    return answer !== undefined && (JSON.parse(answer.toString()) as { resources: object[] }).resources.length >= wanted
  }
}

/** A dozen fields, as an operator's kind has at least. */
function definition(number: number): Buffer {
  const text = { type: 'string', description: 'What is wanted here, said in about as many words as people use.' }
  const properties = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`field${at}`, text]))
  const plural = `kind${number}s`
  return Buffer.from(
    JSON.stringify({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.bench.example.org` },
      spec: {
        group: 'bench.example.org',
        names: { plural, singular: `kind${number}`, kind: `Kind${number}`, listKind: `Kind${number}List` },
        scope: 'Namespaced',
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties } } } },
          },
        ],
      },
    }),
  )
}
