/** Asks an API server as people and programs do: in JSON, as the administrator or in the name of somebody else. */
import type { FieldChange } from '@muster/api/history/changes.ts'
import type { ObjectVersion, WhyHop } from '@muster/api/history/types.ts'
import { parseQuery, piecesOf } from '@muster/api/message.ts'
import type { TestApi } from '../../testing/open-test-api.ts'

/** How something is asked beside the usual. */
export interface Asking {
  readonly body?: unknown
  /** In whose name. The administrator himself when absent. */
  readonly as?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** What the cases look at, of whatever kind it is. */
export interface AnsweredBody {
  readonly kind: string
  /** Of an event of a watch. */
  readonly type?: string
  readonly message: string
  readonly reason: string
  readonly metadata: {
    readonly name: string
    readonly uid: string
    readonly resourceVersion: string
    readonly continue?: string
    readonly labels?: object
    readonly finalizers?: readonly string[]
    readonly ownerReferences?: readonly object[]
    readonly managedFields: readonly { readonly manager: string }[]
  }
  readonly data: Readonly<Record<string, string>>
  /** Of an election, a renewal or a policy. */
  readonly status: {
    readonly leads?: boolean
    readonly leader?: { readonly identity: string }
    readonly revision?: string
    readonly terms?: number
    readonly conditions?: readonly { readonly status: string; readonly reason: string; readonly message: string }[]
  }
  readonly items: readonly AnsweredBody[]
  readonly rows: readonly { readonly object: AnsweredBody }[]
  readonly versions: readonly ObjectVersion[]
  readonly chain: readonly WhyHop[]
  readonly origin: string
  readonly claimed?: boolean
  readonly from: string
  readonly to: string
  readonly fields: readonly FieldChange[]
}

/** What was answered. */
export interface Answered {
  readonly status: number
  readonly body: AnsweredBody
  readonly warning: string
}

/** Asks. */
export type Ask = (method: string, path: string, asking?: Asking) => Promise<Answered>

const encoder = new TextEncoder()

/** A way to ask a test server. */
export const asker =
  (api: TestApi): Ask =>
  async (method, path, { body, as, headers = {} } = {}) => {
    const [at = '', query = ''] = path.split('?')
    const answered = await api.handle({
      method,
      path: at,
      query: parseQuery(query),
      headers: {
        authorization: `Bearer ${api.adminToken}`,
        'user-agent': 'kubectl/v1.36.1',
        ...(body === undefined
          ? {}
          : { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' }),
        ...headers,
      },
      ...(as === undefined ? {} : { headerLists: { 'impersonate-user': [as] } }),
      body: body === undefined ? new Uint8Array(0) : encoder.encode(JSON.stringify(body)),
      signal: new AbortController().signal,
    })
    const chunks: Uint8Array[] = []
    for await (const chunk of piecesOf(answered.body)) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    return { status: answered.status, body: JSON.parse(text), warning: String(answered.headers.warning ?? '') }
  }
