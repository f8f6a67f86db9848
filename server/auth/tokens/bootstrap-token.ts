/**
 * Tokens by which a node joins: `ID.SECRET`, kept in a secret bootstrap-token-ID of kube-system.
 * Source: kubernetes plugin/pkg/auth/authenticator/token/bootstrap; cluster-bootstrap token/api.
 */
import { timingSafeEqual } from 'node:crypto'
import { readTime } from '@muster/api/time.ts'
import type { Secret } from '@muster/api/types/core-v1.ts'
import type { Instant } from '@muster/base/clock.ts'
import { core, isKind, type ObjectReads } from '../reads.ts'
import { type TokenOutcome, UNKNOWN } from './outcome.ts'

const TOKEN = /^([a-z0-9]{6})\.([a-z0-9]{16})$/
const GROUP = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/
const isSecret = isKind<Secret>('v1', 'Secret')

/** Who such a token stands for. One that is not good is unknown: nothing is told about secrets that do not fit. */
export async function authenticateBootstrap(token: string, reads: ObjectReads, now: Instant): Promise<TokenOutcome> {
  const [, id = '', own = ''] = TOKEN.exec(token) ?? []
  if (id === '') return UNKNOWN
  const secret = await reads.get(core('secrets'), 'kube-system', `bootstrap-token-${id}`)
  if (!secret || !isSecret(secret) || secret.metadata.deletionTimestamp) return UNKNOWN
  const text = (key: string): string => Buffer.from(secret.data?.[key] ?? '', 'base64').toString()
  const groups = groupsOf(text('auth-extra-groups'))
  const isGood =
    secret.type === 'bootstrap.kubernetes.io/token' &&
    isSame(text('token-secret'), own) &&
    text('token-id') === id &&
    !hasExpired(text('expiration'), now) &&
    text('usage-bootstrap-authentication') === 'true'
  if (!isGood || !groups) return UNKNOWN
  return { outcome: 'known', user: { username: `system:bootstrap:${id}`, groups }, audiences: [] }
}

/** Sorted, each once; undefined when one of them is not for those who join. */
function groupsOf(extra: string): readonly string[] | undefined {
  const groups = extra === '' ? [] : extra.split(',')
  if (groups.some((group) => !GROUP.test(group))) return undefined
  return [...new Set(['system:bootstrappers', ...groups])].sort()
}

/** Without a time a token lasts for ever; with one that cannot be read it has ended. */
function hasExpired(expiration: string, now: Instant): boolean {
  if (expiration === '') return false
  const time = readTime(expiration)
  return !time.read || time.at <= now
}

function isSame(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)]
  return left.length === right.length && timingSafeEqual(left, right)
}
