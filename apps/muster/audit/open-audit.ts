/** The audit log of `muster up`: its policy, and where its lines go. */
import { readFile } from 'node:fs/promises'
import type { Caller } from '@muster/api/caller.ts'
import { type Clock, milliseconds, seconds } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import type { Logger } from '@muster/base/log.ts'
import { DEFAULT_POLICY } from '@muster/server/audit/default-policy.ts'
import type { AuditMetrics } from '@muster/server/audit/metrics.ts'
import { type Policy, readPolicy } from '@muster/server/audit/policy.ts'
import { sendAway } from '@muster/server/audit/send-away.ts'
import { createSink, type Sink, type SinkMode } from '@muster/server/audit/sink.ts'
import type { AuditSettings } from '@muster/server/audit/trail.ts'
import { parseYaml } from '@muster/server/resources/parse-yaml.ts'
import { openLogFile } from './log-file.ts'
import { readReceiver } from './receiver.ts'

/** What the command line says of it. */
export interface AuditWishes {
  /** The usual one when absent. */
  readonly policyFile?: string
  readonly logPath: string
  readonly logMegabytesMax: number
  readonly logBackupsMax: number
  readonly logMode: SinkMode
  readonly webhookConfigFile?: string
  readonly webhookMode: SinkMode
}

/** An audit log that is kept. */
export interface Audit {
  /** Given to the server, with what it counts by. */
  readonly begin: (metrics: AuditMetrics) => AuditSettings
  /** Writes what is left. */
  close(): Promise<void>
}

/** What it takes. */
export interface AuditDeps {
  readonly clock: Clock
  readonly log: Logger
  readonly call: Caller
}

/** Lines of one write to the file. */
const LOG_BATCH_MAX = 1_000
/** Where nobody waits for a line, so long for more: a write of each by itself costs as much as answering a read. */
const LOG_WAIT = milliseconds(20)
/** As kube-apiserver's --audit-webhook-batch-max-size; it waits 30 s for more. */
const WEBHOOK_BATCH_MAX = 400
const WEBHOOK_WAIT = seconds(5)
const MEGABYTE = 1024 * 1024

/** Opens it. Throws, naming the file, when the policy or the receiver cannot be used or the log not be written. */
export async function openAudit(wishes: AuditWishes, { clock, log, call }: AuditDeps): Promise<Audit> {
  const policy = wishes.policyFile === undefined ? DEFAULT_POLICY : await loadPolicy(wishes.policyFile)
  const file = await openLogFile({
    path: wishes.logPath,
    bytesMax: wishes.logMegabytesMax * MEGABYTE,
    backupsMax: wishes.logBackupsMax,
    clock,
  })
  const receiver = wishes.webhookConfigFile === undefined ? undefined : await readReceiver(wishes.webhookConfigFile)
  const sinks: Sink[] = []
  return {
    begin(metrics) {
      const own = { clock, log, metrics }
      const { logMode, webhookMode } = wishes
      const batchWait = logMode === 'batch' ? LOG_WAIT : seconds(0)
      const toFile = { name: 'log', mode: logMode, write: file.write, batchMax: LOG_BATCH_MAX, batchWait }
      sinks.push(createSink({ ...own, ...toFile }))
      if (receiver) {
        const isBatch = webhookMode === 'batch'
        const write = sendAway(receiver, { call, clock })
        const batchWait = isBatch ? WEBHOOK_WAIT : seconds(0)
        sinks.push(
          createSink({ ...own, name: 'webhook', mode: webhookMode, write, batchMax: WEBHOOK_BATCH_MAX, batchWait }),
        )
      }
      return { policy, sinks }
    },
    async close() {
      await Promise.all(sinks.map((sink) => sink.close()))
      await file.close()
    },
  }
}

async function loadPolicy(path: string): Promise<Policy> {
  try {
    return readPolicy(parseYaml(await readFile(path), { strict: false }).value)
  } catch (cause) {
    throw new ControlError('Invalid', `${path}: ${cause instanceof Error ? cause.message : String(cause)}`, cause)
  }
}
