/**
 * Which hub a test runs against.
 *
 *     muster       all that Muster serves
 *     kubernetes   what any Kubernetes serves, and nothing more: here a controller shows that it runs there too
 *
 * Everything that Muster adds to Kubernetes is switched off here and nowhere else. Paths of logical clusters are: each
 * path is one of the only cluster there is, so `/clusters/eu/api` is as unknown as on any Kubernetes. So are the
 * subresources that tell of the past, transactions, elections, and headers of ours, which any Kubernetes overlooks.
 */
import { BUILT_IN_KINDS } from '@muster/api/builtin/kinds.ts'
import { FENCE_HEADER, FENCE_PARAMETER } from '@muster/api/elections/fence.ts'
import { ELECTION_KINDS } from '@muster/api/elections/kinds.ts'
import { CAUSE_HEADER, DECISION_HEADER } from '@muster/api/history/cause.ts'
import type { Kind } from '@muster/api/kind.ts'
import { answerJson, type Handle } from '@muster/api/message.ts'
import { notServed, statusOf } from '@muster/api/status.ts'
import { TransactionKind } from '@muster/api/transaction/transaction.ts'
import { requestInfoOf } from '@muster/server/http/request-info.ts'

/** `muster` or `kubernetes`. */
export type Profile = 'muster' | 'kubernetes'

/** What is served from the start. */
export const kindsOf = (profile: Profile): readonly Kind[] =>
  profile === 'muster' ? [...BUILT_IN_KINDS, TransactionKind, ...ELECTION_KINDS] : BUILT_IN_KINDS

/** The API as this profile has it. */
export const withProfile =
  (profile: Profile, handle: Handle): Handle =>
  async (request) => {
    if (profile === 'muster') return handle(request)
    const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !OUR_HEADERS.has(name)))
    const query = new URLSearchParams([...request.query].filter(([name]) => name !== FENCE_PARAMETER))
    const plain = { ...request, headers, query, path: `/clusters/default${request.path}` }
    const asked = requestInfoOf(plain)
    const isOurs = asked?.about === 'resource' && OUR_SUBRESOURCES.has(asked.subresource)
    return isOurs ? answerJson(404, statusOf(notServed())) : handle(plain)
  }

const OUR_SUBRESOURCES: ReadonlySet<string> = new Set(['history', 'why', 'revert'])
const OUR_HEADERS: ReadonlySet<string> = new Set([FENCE_HEADER, CAUSE_HEADER, DECISION_HEADER])
