/** Tokens of service accounts for pods: asked for once, and anew when a fifth of their time is left. Source: kubelet token_manager.go. */
import type { TokenRequest } from '@muster/api/types/authentication-v1.ts'
import type { Pod, ServiceAccountTokenProjection } from '@muster/api/types/core-v1.ts'
import { type Clock, type Duration, hours, type Instant, seconds, since } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import type { Client } from '@muster/client/client.ts'
import { SERVICE_ACCOUNTS } from '@muster/client/kubernetes.ts'
import { pathOf } from '@muster/client/resource-ref.ts'
import { tokenKey } from './payload.ts'

/** The tokens of the pods of one node. */
export interface Tokens {
  /** One that is still good for a fifth of its time; the one of before when there is no newer one to be had yet. */
  token(pod: Pod, projection: ServiceAccountTokenProjection): Promise<string>
  /** Forgets those of a pod. */
  drop(podUid: string): void
}

interface Kept {
  readonly token: string
  /** When it was given, by both clocks. */
  readonly wall: Instant
  readonly elapsed: Duration
  /** From then on. */
  readonly goodFor: Duration
}

/** However long a token is good for, it is renewed each day. Source: kubelet maxTTL. */
const KEPT_FOR_MAX: Duration = hours(24)
/** The part of its time after which it is renewed. */
const RENEWED_AFTER = 0.8

/** Keeps tokens, asking through a client. */
export function createTokens(client: Pick<Client, 'call'>, clock: Clock): Tokens {
  const kept = new Map<string, Map<string, Kept>>()

  const ask = async (
    pod: Pod,
    { audience, expirationSeconds = 3600 }: ServiceAccountTokenProjection,
  ): Promise<Kept> => {
    const { name = '', namespace = '', uid = '' } = pod.metadata
    const account = pod.spec?.serviceAccountName || 'default'
    const body: TokenRequest = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: {},
      spec: {
        audiences: audience ? [audience] : [],
        expirationSeconds,
        boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
      },
    }
    const path = pathOf(SERVICE_ACCOUNTS, namespace, account, 'token')
    const answer = (await client.call({ method: 'POST', path, body })) as TokenRequest
    // How long, and not until when: the clock of the server is another.
    const goodFor = seconds(answer.spec?.expirationSeconds ?? expirationSeconds)
    return { token: answer.status?.token ?? '', wall: clock.now(), elapsed: clock.elapsed(), goodFor }
  }
  /** One clock may be set back, the other stands still while the machine sleeps: the longer time is taken. */
  const ageOf = ({ wall, elapsed }: Kept): Duration =>
    Math.max(clock.elapsed() - elapsed, since(wall, clock.now())) as Duration

  return {
    async token(pod, projection) {
      const uid = pod.metadata.uid ?? ''
      const key = tokenKey(projection)
      const known = kept.get(uid)?.get(key)
      if (known && ageOf(known) < Math.min(KEPT_FOR_MAX, RENEWED_AFTER * known.goodFor)) return known.token
      try {
        const fresh = await ask(pod, projection)
        const own = kept.get(uid) ?? new Map<string, Kept>()
        kept.set(uid, own.set(key, fresh))
        return fresh.token
      } catch (cause) {
        if (known && ageOf(known) < known.goodFor) return known.token
        const why = cause instanceof Error ? cause.message : String(cause)
        throw new ControlError('Unavailable', `failed to fetch token: ${why}`, cause)
      }
    },
    drop: (podUid) => void kept.delete(podUid),
  }
}
