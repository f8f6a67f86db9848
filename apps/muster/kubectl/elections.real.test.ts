/** The guide to elections and fences, as it is typed: kubectl stands, renews, leads, writes in its term and is deposed. */
import { equal, match, notEqual } from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { needs } from '@muster/tools/real.ts'
import { startApi } from '../api-server/api-process.ts'
import { findKubectls } from './find-kubectls.ts'

const kubectls = await findKubectls()
const GROUP = 'coordination.muster.dev/v1'

test('kubectl alone stands in an election, leads, writes in its term, and is deposed', {
  skip: needs('kubectl', kubectls.length > 0),
}, async () => {
  for (const { path, minor } of [kubectls.at(0), kubectls.at(-1)].filter((one) => one !== undefined)) {
    const home = mkdtempSync(join(tmpdir(), 'muster-elections-'))
    const server = await startApi(join(home, 'server'))
    const file = (name: string, object: object): string => {
      writeFileSync(join(home, name), JSON.stringify(object))
      return join(home, name)
    }
    const kubectl = (...words: readonly string[]): Promise<{ out: string; err: string }> =>
      new Promise((resolve) => {
        const env = { ...process.env, HOME: home, KUBECONFIG: server.kubeconfig }
        execFile(path, words, { env }, (_error, out, err) => resolve({ out, err }))
      })
    const candidate = (name: string) =>
      file(`${name}.json`, {
        apiVersion: GROUP,
        kind: 'Candidate',
        metadata: { name: `controllers.${name}` },
        spec: { election: 'controllers', identity: `host-${name}` },
      })
    const renew = async (name: string) => {
      const at = `/apis/${GROUP}/namespaces/default/candidates/controllers.${name}/renew`
      return JSON.parse((await kubectl('create', '--raw', at, '-f', file('nothing', {}))).out).status
    }
    const writeIn = (term: string, name: string) => {
      const map = file('map.json', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } })
      const at = `/api/v1/namespaces/default/configmaps?fence=default/controllers@${term}`
      return kubectl('create', '--raw', at, '-f', map)
    }
    try {
      const election = {
        apiVersion: GROUP,
        kind: 'Election',
        metadata: { name: 'controllers' },
        spec: { sessionSeconds: 60 },
      }
      await kubectl('create', '-f', file('election.json', election))
      for (const name of ['a', 'b']) match((await kubectl('create', '-f', candidate(name))).out, /created/)
      const first = await renew('a')
      equal(first.leads, true, `kubectl 1.${minor}`)
      equal((await renew('b')).leads, false)
      match((await kubectl('get', 'election', 'controllers')).out, /host-a +\d+/)
      match((await writeIn(first.term, 'by-a')).out, /"name":"by-a"/)

      match((await kubectl('delete', 'candidate', 'controllers.a')).out, /deleted/)
      const second = await renew('b')
      equal(second.leads, true)
      notEqual(second.term, first.term)
      match((await writeIn(first.term, 'late')).err, /Deposed|deposed|409/)
      match((await kubectl('get', 'configmap', 'late')).err, /NotFound/)
      match((await writeIn(second.term, 'by-b')).out, /"name":"by-b"/)
      const { versions } = JSON.parse(
        (await kubectl('get', '--raw', '/api/v1/namespaces/default/configmaps/by-b/history')).out,
      )
      equal(versions[0].by.fence, `default/controllers@${second.term}`)
    } finally {
      await server.stop()
      rmSync(home, { recursive: true, force: true })
    }
  }
})
