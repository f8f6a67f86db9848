// What kube-apiserver refused of pods and of what makes them, refused in the same words. The server's own share of it
// (metadata, admission) is left to the conformance test; this one asks the kinds alone, and is quick.
import { deepEqual, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Json } from '@muster/server/oracle/case.ts'
import { parseTopic } from '@muster/server/oracle/fixture.ts'
import { mergePatch } from '@muster/server/oracle/template.ts'
import type { JsonObject } from '../object.ts'
import { isObject } from '../schema/json.ts'
import { BUILT_IN_KINDS } from './kinds.ts'
import { tryKind } from './testing/try-kind.ts'

const TOPICS = ['pods', 'workloads', 'batch', 'core']
const KINDS = [
  'Pod',
  'PodTemplate',
  'ReplicationController',
  'ControllerRevision',
  'DaemonSet',
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'CronJob',
  'Job',
  'HorizontalPodAutoscaler',
  'PodDisruptionBudget',
]

const UID = 'd0b1f7a2-uid'
const counts = new Map<string, number>()

for (const topic of TOPICS) {
  const { cases } = parseTopic(
    readFileSync(new URL(`../../server/oracle/fixtures/${topic}.json`, import.meta.url), 'utf8'),
  )
  for (const { name, kind: kindName, bodies, steps } of cases) {
    const kind = BUILT_IN_KINDS.find((one) => one.kind === kindName)
    if (!kind || !KINDS.includes(kindName) || !bodies) continue
    const preferred = `/${kind.versions[0]?.name}/`
    for (const [at, { request, response }] of steps.entries()) {
      const body = response.body
      const base = request.from === undefined ? undefined : bodies[request.from]
      if (request.method !== 'POST' || response.status !== 422 || base === undefined || !isObject(body)) continue
      if (!request.path.includes(preferred)) continue
      const wanted = causesOf(body)
      if (wanted.length === 0) continue
      counts.set(kindName, (counts.get(kindName) ?? 0) + 1)
      test(`${kindName} ${name}, step ${at + 1}: ${wanted[0]?.slice(0, 100)}`, () => {
        const asked = mergePatch(base, fill(request.body ?? {}))
        ok(isObject(asked))
        // The server gives a uid, which the labels of a job repeat.
        const whole = mergePatch(asked, { metadata: { uid: UID } }) as unknown as JsonObject
        deepEqual(tryKind(kind, whole).filter(isOfKind), wanted)
      })
    }
  }
}

test('there is something of every kind to refuse', () => {
  deepEqual([...counts.keys()].sort(), [...KINDS].sort())
})

/** The long texts that requests have templates for. */
function fill(body: Json): Json {
  const text = JSON.stringify(body)
  return JSON.parse(
    text.replace(/\{\{repeat (\S+) (\d+)\}\}/g, (_, one: string, times: string) => one.repeat(Number(times))),
  )
}

/** The finalizers and names of metadata are judged by the server before the kind is asked. */
function isOfKind(line: string): boolean {
  return !line.startsWith('metadata.')
}

function causesOf({ details }: { readonly details?: unknown }): string[] {
  const { causes } = (details ?? {}) as { causes?: readonly { field: string; message: string }[] }
  return (causes ?? [])
    .map(({ field, message }) => `${field}: ${message.replaceAll(/\{\{uid:\d+\}\}/g, UID)}`)
    .filter(isOfKind)
}
