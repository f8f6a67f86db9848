/** Who else may ask: users of a test, each with a token of his own, and only the rights that roles give him. */
import type { Handle } from '@muster/api/message.ts'
import { newId } from '@muster/base/ids.ts'
import type { Random } from '@muster/base/random.ts'
import { type Client, createClient } from '@muster/client/client.ts'
import type { User } from '@muster/server/auth/user.ts'

/** One user's way in. */
export interface UserAccess {
  readonly client: Client
  /** Shown as `Authorization: Bearer TOKEN`. */
  readonly token: string
  /** The text of his kubeconfig. Throws Invalid when the server does not listen. */
  readonly kubeconfig: string
}

/** Lets users in. */
export interface Users {
  /** The way in for a user in these groups. He may do what roles give him, and nothing in the beginning. */
  as(username: string, groups?: readonly string[]): UserAccess
}

/** What letting users in takes. */
export interface UserDeps {
  readonly send: Handle
  readonly random: Random
  /** What the API knows tokens by; added to here. */
  readonly tokens: Map<string, User>
  kubeconfigFor(name: string, token: string): string
}

/** Users over an API that reads `tokens`. */
export const createUsers = ({ send, random, tokens, kubeconfigFor }: UserDeps): Users => ({
  as(username, groups = []) {
    const token = `${username}-${newId(random)}`
    tokens.set(token, { username, groups })
    return {
      token,
      client: createClient({ send, userAgent: username, headers: { authorization: `Bearer ${token}` } }),
      get kubeconfig() {
        return kubeconfigFor(username, token)
      },
    }
  },
})
