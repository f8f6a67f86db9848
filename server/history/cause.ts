/**
 * What is kept of why a write was made: who, by the server; with what and on account of what, by the client.
 *
 *     store     actor   the user that the request turned out to come from
 *               reason  `patch deployments/scale`, or a sentence of a writer within the server
 *               after   the revision whose change led to it
 *               details {"client":"kubectl/v1.33","object":"apps/deployments/shop/web@42", … }
 *
 * A cause that anybody but the control plane states is kept, and marked as claimed.
 */
import { formatFence, statedFence } from '@muster/api/elections/fence.ts'
import {
  formatObjectRevision,
  type ObjectRevision,
  parseObjectRevision,
  type Rejected,
  statedCause,
} from '@muster/api/history/cause.ts'
import type { WriteAccount } from '@muster/api/history/types.ts'
import { badRequest } from '@muster/api/status.ts'
import { CAUSE_BYTES_MAX } from '@muster/store/limits.ts'
import type { Cause, Revision } from '@muster/store/store.ts'
import { isControlPlane } from '../auth/user.ts'
import type { ResourceCall } from '../resources/call.ts'
import { parseKey } from '../storage/key.ts'

/** The form of a cause's details. Short, because it is kept with every write. */
interface Details {
  readonly client?: string
  readonly object?: string
  readonly claimed?: true
  readonly why?: string
  readonly rejected?: readonly Rejected[]
  readonly timer?: true
  readonly transaction?: string
  /** The term of the election in which its writer led. */
  readonly fence?: string
  readonly inferred?: true
  readonly firstSight?: true
  readonly memberVersion?: string
}

const CLIENT_LENGTH_MAX = 256

/** The cause of a write that was asked for over the API. Throws BadRequest for a statement that cannot be read. */
export function causeOf({ user, request, info, because, transaction }: ResourceCall): Cause {
  const client = (request.headers['user-agent'] ?? '').slice(0, CLIENT_LENGTH_MAX)
  const { object, ...decision } = statedCause(request.headers)
  const fence = statedFence(request)
  const isStated = object !== undefined || Object.keys(decision).length > 0
  const details: Details = {
    ...(client === '' ? {} : { client }),
    ...(object ? { object: formatObjectRevision(object) } : {}),
    ...decision,
    ...(fence ? { fence: formatFence(fence) } : {}),
    ...(isStated && !isControlPlane(user) ? { claimed: true } : {}),
    ...(transaction === undefined ? {} : { transaction }),
  }
  const what = info.subresource === '' ? info.resource : `${info.resource}/${info.subresource}`
  return causeWith(user.username, because ?? `${info.verb} ${what}`, details, object)
}

/** The cause of a write that the server makes itself, on account of a version of an object. */
export function ownCause(actor: string, reason: string, key?: string, revision?: Revision): Cause {
  const named = key === undefined ? undefined : parseKey(key)
  if (!named || revision === undefined || revision === 0) {
    return { actor, reason, ...(revision ? { after: revision } : {}) }
  }
  const { group, resource, namespace, name } = named
  const object: ObjectRevision = { group, resource, namespace, name, revision: String(revision) }
  return causeWith(actor, reason, { object: formatObjectRevision(object) }, object)
}

/** What a mirror can tell of a write that was made in another cluster. */
export interface InferredAccount {
  /** A field manager, or who else is known to have written. */
  readonly actor: string
  readonly reason: string
  /** What led to it. */
  readonly object?: ObjectRevision
  /** The resourceVersion of the object there. */
  readonly memberVersion: string
  /** False when it is known, and not told from the object. */
  readonly isInferred: boolean
  /** It was there when the mirror began. */
  readonly isFirstSight: boolean
}

/** The cause of a write that was made in another cluster. */
export const inferredCause = ({
  actor,
  reason,
  object,
  memberVersion,
  isInferred,
  isFirstSight,
}: InferredAccount): Cause =>
  causeWith(
    actor,
    reason,
    {
      ...(object ? { object: formatObjectRevision(object) } : {}),
      ...(isInferred ? { inferred: true } : {}),
      ...(isFirstSight ? { firstSight: true } : {}),
      memberVersion,
    },
    object,
  )

/** The cause of a write that the server makes because of the time, and not of anything that was written. */
export const clockCause = (actor: string, reason: string): Cause => causeWith(actor, reason, { timer: true }, undefined)

function causeWith(actor: string, reason: string, details: Details, object: ObjectRevision | undefined): Cause {
  const text = JSON.stringify(details)
  const bytes = Buffer.byteLength(text)
  if (bytes > CAUSE_BYTES_MAX) {
    throw badRequest(`what is said of the cause of this write takes ${bytes} bytes; at most ${CAUSE_BYTES_MAX} fit`)
  }
  return {
    actor: actor === '' ? 'unknown' : actor,
    reason,
    ...(object ? { after: Number(object.revision) as Revision } : {}),
    ...(text === '{}' ? {} : { details: text }),
  }
}

/** A cause as it is told. */
export function accountOf({ actor, reason, details }: Cause): WriteAccount {
  const { object, why, ...rest } = readDetails(details)
  const because = object === undefined ? undefined : parseObjectRevision(object)
  return { user: actor, reason: why ?? reason, ...(because ? { because } : {}), ...rest }
}

/** Details that this server cannot read are those of a later one, or were put there by hand: they say nothing here. */
function readDetails(text: string | undefined): Details {
  if (text === undefined) return {}
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
