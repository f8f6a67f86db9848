/** Every kubectl of this machine, through everything in steps.ts, against a server that is a process of its own. */
import { ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { needs } from '@muster/tools/real.ts'
import { type ApiProcess, startApi } from '../api-server/api-process.ts'
import { findKubectls } from './find-kubectls.ts'
import { JOURNEYS, type Step } from './steps.ts'

const kubectls = await findKubectls()
const home = mkdtempSync(join(tmpdir(), 'muster-kubectl-'))
let api: ApiProcess

before(async () => {
  api = await startApi(home)
})
after(async () => {
  await api?.stop()
  rmSync(home, { recursive: true, force: true })
})

for (const { path, minor } of kubectls) {
  for (const { name, steps } of JOURNEYS) {
    test(`kubectl 1.${minor}: ${name}`, { skip: needs('kubectl', kubectls.length > 0) }, async () => {
      // A cache of discovery of its own, so that no walk sees what another left.
      const env = { ...process.env, KUBECONFIG: api.kubeconfig, HOME: join(home, `kubectl-${minor}`), LANG: 'C' }
      const made = await kubectl(path, { run: `create namespace ${name}` }, env)
      ok(made.exit === 0, made.err)
      for (const step of steps) {
        if ((step.since ?? 0) > minor || (step.until ?? minor) < minor) continue
        await check(path, step, { ...env, ...step.env }, name)
      }
      const gone = await kubectl(path, { run: `delete namespace ${name}` }, env)
      ok(gone.exit === 0, gone.err)
    })
  }
}

async function check(path: string, step: Step, env: NodeJS.ProcessEnv, namespace: string): Promise<void> {
  const running = kubectl(path, step, env, namespace)
  if (step.meanwhile) {
    await new Promise((resolve) => setTimeout(resolve, 1500))
    await kubectl(path, { run: step.meanwhile }, env, namespace)
  }
  const { out, err, exit } = await running
  const shown = `kubectl ${step.run}\nexit ${exit}\n${out}\n${err}`
  const expected = step.exit ?? (step.complains ? 1 : 0)
  ok(expected === -1 || exit === expected, `${shown}\nexpected exit ${expected}`)
  if (step.says) ok(step.says.test(out), `${shown}\nexpected to say ${step.says}`)
  if (step.complains) ok(step.complains.test(err), `${shown}\nexpected to complain ${step.complains}`)
}

/** Runs one command. Words are split at spaces; `|` stands for a space inside a word. */
async function kubectl(path: string, step: Pick<Step, 'run' | 'stdin'>, env: NodeJS.ProcessEnv, namespace?: string) {
  const words = step.run.split(' ').map((word) => word.replaceAll('|', ' '))
  const child = spawn(path, [...(namespace === undefined ? [] : ['--namespace', namespace]), ...words], { env })
  const said = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (said.out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (said.err += text))
  child.stdin.end(step.stdin ?? '')
  await once(child, 'close')
  return { ...said, exit: child.exitCode }
}
