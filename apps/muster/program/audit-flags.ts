/** The flags of the audit log, under the names that kube-apiserver has for them. */
import { join } from 'node:path'
import { SINK_MODES, type SinkMode } from '@muster/server/audit/sink.ts'
import { type Command, Option } from 'commander'
import type { AuditWishes } from '../audit/open-audit.ts'
import { text } from '../terminal/language.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { wholeArgument } from './arguments.ts'

/** What commander makes of them. */
export interface AuditFlags {
  readonly audit: boolean
  readonly auditPolicyFile?: string
  readonly auditLogPath?: string
  readonly auditLogMaxsize: number
  readonly auditLogMaxbackup: number
  readonly auditLogMode: SinkMode
  readonly auditWebhookConfigFile?: string
  readonly auditWebhookMode: SinkMode
}

/** Adds them. */
export function addAuditFlags(command: Command, { say }: Pick<Terminal, 'say'>): Command {
  const mode = (flag: string, what: string) => new Option(`${flag} <mode>`, what).choices(SINK_MODES).default('batch')
  return command
    .option('--no-audit', say(text('keep no audit log', '不保留审计日志')))
    .option(
      '--audit-policy-file <path>',
      say(
        text('what is kept of which requests (default: who changed what)', '对各请求保留哪些内容（默认：谁改了什么）'),
      ),
    )
    .option(
      '--audit-log-path <path>',
      say(text('the audit log (default: audit/audit.log in the home)', '审计日志（默认：主目录下的 audit/audit.log）')),
    )
    .option(
      '--audit-log-maxsize <megabytes>',
      say(text('size at which the log is put aside', '日志达到此大小时另存')),
      wholeArgument,
      100,
    )
    .option(
      '--audit-log-maxbackup <count>',
      say(text('logs put aside that are kept; 0 keeps all', '保留的另存日志数；0 表示全部保留')),
      wholeArgument,
      5,
    )
    .addOption(mode('--audit-log-mode', say(text('whether requests wait for their line', '请求是否等待日志写入'))))
    .option(
      '--audit-webhook-config-file <path>',
      say(text('a kubeconfig of the server that events are sent to', '接收审计事件的服务器的 kubeconfig')),
    )
    .addOption(mode('--audit-webhook-mode', say(text('the same for what is sent', '发送时请求是否等待'))))
}

/** What was asked for; undefined when no log is to be kept. */
export function auditWishes(flags: AuditFlags, home: string): AuditWishes | undefined {
  if (!flags.audit) return undefined
  const { auditPolicyFile, auditWebhookConfigFile } = flags
  return {
    ...(auditPolicyFile === undefined ? {} : { policyFile: auditPolicyFile }),
    logPath: flags.auditLogPath ?? join(home, 'audit', 'audit.log'),
    logMegabytesMax: flags.auditLogMaxsize,
    logBackupsMax: flags.auditLogMaxbackup,
    logMode: flags.auditLogMode,
    ...(auditWebhookConfigFile === undefined ? {} : { webhookConfigFile: auditWebhookConfigFile }),
    webhookMode: flags.auditWebhookMode,
  }
}
