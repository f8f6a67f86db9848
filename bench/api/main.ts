/**
 * `npm run bench:api -- KUBECONFIG [KUBECONFIG]`: API servers side by side, over TLS, in turns: A B A B.
 *
 * One is Muster (`muster up`), another any Kubernetes; each is asked for what the first user and cluster of its
 * kubeconfig reach. SECONDS and ROUNDS in the environment: how long each workload lasts, and how often.
 */
import { endpointOf } from './endpoint.ts'
import { type Figures, lists, objects, prepare, watches } from './workloads.ts'

const files = process.argv.slice(2)
const seconds = Number(process.env.SECONDS ?? 3)
const rounds = Number(process.env.ROUNDS ?? 3)
if (files.length === 0) {
  process.stderr.write('usage: npm run bench:api -- KUBECONFIG [KUBECONFIG]\n')
  process.exit(2)
}

const endpoints = files.map(endpointOf)
for (const endpoint of endpoints) await prepare(endpoint)

const results = new Map<string, Figures[][]>()
for (let round = 0; round < rounds; round++) {
  for (const [side, endpoint] of endpoints.entries()) {
    const all = [
      ...(await objects(endpoint, 1, seconds)),
      ...(await objects(endpoint, 64, seconds)),
      ...(await objects(endpoint, 256, seconds)),
      await lists(endpoint, 10_000, seconds),
      await watches(endpoint, 100, seconds),
    ]
    for (const one of all) {
      const sides = results.get(one.workload) ?? endpoints.map(() => [])
      sides[side]?.push(one)
      results.set(one.workload, sides)
    }
  }
}

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
process.stdout.write(`medians of ${rounds} rounds of ${seconds} s each, in turns\n`)
for (const [workload, sides] of results) {
  const cells = sides.map((figures) => {
    const of = (field: 'perSecond' | 'p50Ms' | 'p99Ms') => median(figures.map((one) => one[field]))
    return `${of('perSecond').toFixed(0).padStart(8)}/s  p50 ${of('p50Ms').toFixed(1).padStart(6)} ms  p99 ${of('p99Ms').toFixed(1).padStart(7)} ms`
  })
  process.stdout.write(`${workload.padEnd(24)} ${cells.join('   |   ')}\n`)
}
process.exit(0)
