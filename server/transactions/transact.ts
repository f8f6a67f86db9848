/**
 * POST of a Transaction: each operation is allowed, admitted, checked and counted as a request of its own, and then all
 * of them are one commit. Nobody ever sees a part of it.
 *
 *     read ─► parts, each a request ─► may he? ─► stage: one after the other ─► commit ─► results
 *                                                  ▲                              │ something changed meanwhile
 *                                                  └──────────────────────────────┘
 *
 * Refused is refused as a whole, with the code of the first refusal and all of them named. Nothing is kept of the
 * Transaction itself but its id, in the cause of every write and in the audit log.
 */

import { type ApiResponse, answer, answerJson } from '@muster/api/message.ts'
import { statusOf } from '@muster/api/status.ts'
import { timestamp } from '@muster/api/time.ts'
import {
  TRANSACTION_GROUP,
  TRANSACTIONS,
  type Transaction,
  TransactionKind,
} from '@muster/api/transaction/transaction.ts'
import { assert, type ControlError, isControlError } from '@muster/base/errors.ts'
import { admissionReads } from '../admission/reads.ts'
import type { AuditTrail } from '../audit/trail.ts'
import { causeOf } from '../history/cause.ts'
import { attributesOf, checkAllowed, resourceCall } from '../http/resource-call.ts'
import { noHeartbeats } from '../nodes/heartbeats.ts'
import type { AnswerDeps, SubresourceHandler } from '../resources/answer.ts'
import { answerPassing, decodePassing } from '../resources/answer-object.ts'
import type { ResourceCall } from '../resources/call.ts'
import { byDefinition, isOutdated } from '../resources/definition-guard.ts'
import { admitPassing, type WriteDeps } from '../resources/writing.ts'
import { formatKey, type ObjectKey } from '../storage/key.ts'
import type { Stage } from '../storage/stage.ts'
import { carryOut } from './carry-out.ts'
import type { Part } from './part.ts'
import { partsOf } from './parts.ts'
import { malformed, type Refused, refusal } from './refusal.ts'
import { type Done, resultsOf } from './results.ts'
import { stagedRoles } from './roles.ts'

const [version] = TransactionKind.versions
assert(version, 'a kind has a version')
const SERVED = { kind: TransactionKind, version, builtIn: false }

/** Answers with the Transaction and what became of it. */
const transactionHandler: SubresourceHandler = async (call, deps) => {
  const { object, options } = decodePassing(call, SERVED)
  checkForm(call, object)
  const { spec } = object
  const dryRun = options.dryRun || spec.dryRun === true
  await admitPassing(call, deps, object, SERVED, dryRun, { guards: [] })
  const read = () => partsOf(call, deps.registry, spec.operations, dryRun)
  let parts = read()
  const id = deps.newId()
  const trails = await Promise.all(parts.map((part) => trailOf(part, call, id)))
  try {
    checkRights(call, deps, parts, trails)
    const because = `transaction of ${parts.length}${spec.reason ? `: ${spec.reason}` : ''}`
    // Begun anew here and not by whoever asked: the audit log knows of each operation already.
    const done = await byDefinition({ clock: deps.clock, warnings: call.warnings }, (tried) => {
      if (tried > 0) parts = read()
      return transact({ call: { ...call, because, transaction: id }, deps, parts, trails, dryRun, id })
    })
    const results = resultsOf(call, deps, parts, done, dryRun)
    const status = {
      id,
      applied: !dryRun,
      ...(done.revision ? { resourceVersion: String(done.revision) } : {}),
      results,
    }
    await Promise.all(trails.map((trail, at) => trail.answered(partAnswer(done, at))))
    return answerPassing(call, deps, 201, { ...object, spec: { ...spec, dryRun }, status }, SERVED)
  } catch (error) {
    const status = statusOf(error)
    await Promise.all(trails.map((trail) => trail.answered(answerJson(status.code, status))))
    throw error
  }
}

/** By group and plural name, as the handlers of reviews. */
export const transactionHandlers: Readonly<Record<string, SubresourceHandler>> = {
  [`${TRANSACTION_GROUP}/${TRANSACTIONS}`]: transactionHandler,
}

/** Throws Invalid unless it is a transaction as its kind says. */
function checkForm({ user, now, warnings }: ResourceCall, object: object): asserts object is Transaction {
  const context = {
    user,
    now: timestamp(now),
    version: version?.name ?? '',
    subresource: '',
    warn: (text: string) => warnings.push(text),
  }
  const errors = TransactionKind.rules.validate?.(object as Transaction, context) ?? []
  if (errors.length > 0) throw malformed(errors)
}

/** The audit log tells of each operation by itself, under the id of the request. */
async function trailOf({ at, request, info }: Part, { trail }: ResourceCall, id: string): Promise<AuditTrail> {
  const own = await trail.part(request, info, attributesOf(info))
  own.annotate(`${TRANSACTIONS}.${TRANSACTION_GROUP}/id`, id)
  own.annotate(`${TRANSACTIONS}.${TRANSACTION_GROUP}/operation`, String(at))
  return own
}

/** Throws Forbidden, naming every operation that the user may not do. */
function checkRights(
  { user }: ResourceCall,
  deps: AnswerDeps,
  parts: readonly Part[],
  trails: readonly AuditTrail[],
): void {
  const refused: Refused[] = []
  for (const part of parts) {
    const trail = trails[part.at]
    assert(trail, 'each operation has a trail')
    try {
      checkAllowed(deps, part.info, user, { attributes: attributesOf(part.info), trail })
    } catch (error) {
      refused.push({ part, error: refusalIn(error) })
    }
  }
  throwRefused(refused)
}

interface Deed {
  readonly call: ResourceCall
  readonly deps: AnswerDeps
  readonly parts: readonly Part[]
  readonly trails: readonly AuditTrail[]
  readonly dryRun: boolean
  readonly id: string
}

/** Throws the refusal. */
async function transact(deed: Deed): Promise<Done> {
  const { call, deps, parts, dryRun } = deed
  const heard = call.warnings.length
  const { decided, stage, revision, revisionOf } = await deps.objects.together<readonly ObjectKey[]>({
    // Not that of the transaction, which may be begun anew by another definition.
    id: deps.newId(),
    cause: causeOf(call),
    dryRun,
    decide(stage) {
      call.warnings.length = heard // Of an earlier try.
      return carryOutAll(deed, stage)
    },
    refused(error, key, keys) {
      const part = parts[keys.findIndex((other) => formatKey(other) === formatKey(key))]
      return part ? refusal({ part, error }) : error
    },
  })
  return { keys: decided, stage, revision, revisions: decided.map(revisionOf) }
}

/** All of them, also when one is refused: whoever mends it wants to know of the others. Throws the refusal. */
async function carryOutAll({ call, deps, parts, trails, dryRun, id }: Deed, stage: Stage): Promise<ObjectKey[]> {
  const { cluster } = call.info
  const staged: WriteDeps = {
    ...deps,
    // On a stage every write is one.
    heartbeats: noHeartbeats,
    objects: stage,
    readsOf: (name) => (name === cluster ? admissionReads(stage, name) : deps.readsOf(name)),
    rolesOf: (name) => (name === cluster ? stagedRoles(stage, name, deps.rolesOf(name)) : deps.rolesOf(name)),
  }
  const keys: ObjectKey[] = []
  const refused: Refused[] = []
  for (const part of parts) {
    const trail = trails[part.at]
    assert(trail, 'each operation has a trail')
    const warnings: string[] = []
    try {
      const own = resourceCall(deps, part.request, part.info, part.served, call.user, {
        warnings,
        trail,
        attributes: attributesOf(part.info),
      })
      keys.push(await carryOut(part, { ...own, now: call.now, transaction: id }, staged, stage, dryRun))
    } catch (error) {
      refused.push({ part, error: refusalIn(error) })
    }
    call.warnings.push(...warnings.map((text) => `${part.path}: ${text}`))
  }
  throwRefused(refused)
  return keys
}

/** A fault of ours is nobody's refusal; nor is a definition that has just changed, after which all begins anew. */
function refusalIn(error: unknown): ControlError {
  if (isControlError(error) && !isOutdated(error)) return error
  throw error
}

function throwRefused([first, ...more]: readonly Refused[]): void {
  if (first) throw refusal(first, ...more)
}

/** What the audit log is told of an operation that was done. */
function partAnswer({ stage, keys }: Done, at: number): ApiResponse {
  const key = keys[at]
  const write = key && stage.change(key)?.write
  if (write?.write !== 'put') return answerJson(200, {})
  return answer(200, 'application/json', write.value)
}
