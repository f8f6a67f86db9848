/** The flags of who may come in, how much of the server is theirs, and what is sealed: as kube-apiserver names them. */
import type { Command } from 'commander'
import type { AccessWishes } from '../api-server/control-plane.ts'
import { text } from '../terminal/language.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { seatsArgument, secondsArgument } from './arguments.ts'

/** What commander makes of them. */
export interface AccessFlags {
  readonly authenticationConfig?: readonly string[]
  readonly serviceAccountMaxTokenExpiration?: number
  readonly maxRequestsInflight?: number
  readonly encryptionProviderConfig?: string
}

/** Adds them. */
export function addAccessFlags(command: Command, { say }: Pick<Terminal, 'say'>): Command {
  return command
    .option(
      '--authentication-config <files...>',
      say(
        text(
          'issuers outside whose tokens are taken; CLUSTER=FILE for another logical cluster',
          '接受其令牌的外部签发者；CLUSTER=FILE 表示针对其他逻辑集群',
        ),
      ),
    )
    .option(
      '--service-account-max-token-expiration <time>',
      say(text('tokens that are asked for longer are shortened, such as 24h', '申请时间更长的令牌会被缩短，例如 24h')),
      secondsArgument,
    )
    .option(
      '--max-requests-inflight <count>',
      say(
        text(
          'requests answered at a time, shared by priority levels (default: 600)',
          '同时处理的请求数，由各优先级分享（默认：600）',
        ),
      ),
      seatsArgument,
    )
    .option(
      '--encryption-provider-config <file>',
      say(
        text(
          'which resources are sealed on the disk, and how (default: Secrets, with keys made here)',
          '哪些资源在磁盘上加密及其方式（默认：Secret，密钥在本机生成）',
        ),
      ),
    )
}

/** What was asked for. */
export function accessWishes(flags: AccessFlags): AccessWishes {
  const { authenticationConfig, serviceAccountMaxTokenExpiration, maxRequestsInflight, encryptionProviderConfig } =
    flags
  return {
    authenticationFiles: authenticationConfig ?? [],
    ...(serviceAccountMaxTokenExpiration === undefined
      ? {}
      : { tokenExpirationSecondsMax: serviceAccountMaxTokenExpiration }),
    ...(maxRequestsInflight === undefined ? {} : { seats: maxRequestsInflight }),
    ...(encryptionProviderConfig === undefined ? {} : { encryptionFile: encryptionProviderConfig }),
  }
}
