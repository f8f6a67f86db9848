/** What was decided of a wish for a certificate. Source: kubernetes pkg/apis/certificates/validation, pkg/registry/certificates. */
import {
  child,
  duplicate,
  type FieldError,
  forbidden,
  index,
  invalid,
  notSupported,
  required,
} from '../../field-error.ts'
import { goQuote } from '../../go-text.ts'
import type { CertificateSigningRequestCondition as Condition } from '../../types/certificates-v1.ts'

const PATH = 'status.conditions'
const STATUSES = ['False', 'True', 'Unknown']
/** These are true from when they are there, and stay. */
const FINAL = ['Approved', 'Denied', 'Failed']
/** Only who approves may add these. */
const OF_APPROVAL = ['Approved', 'Denied']

/** What is wrong with conditions. What the old ones did wrong, the new ones may. */
export function validateConditions(conditions: readonly Condition[], old: readonly Condition[]): FieldError[] {
  const mayContradict = contradicts(old)
  const mayRepeat = new Set(old.map(({ type }) => type)).size < old.length
  const mayBeNameless = old.some(({ type }) => !type)
  return conditions.flatMap(({ type, status }, at) => {
    const path = index(PATH, at)
    const allowed = FINAL.includes(type) ? ['True'] : STATUSES
    const before = conditions.slice(0, at)
    const isContrary =
      OF_APPROVAL.includes(type) && contradicts([...before.filter((one) => one.type !== type), { type }])
    return [
      ...(type || mayBeNameless ? [] : [required(child(path, 'type'))]),
      ...(status ? [] : [required(child(path, 'status'))]),
      ...(status && !allowed.includes(status) ? [notSupported(child(path, 'status'), status, allowed)] : []),
      ...(isContrary && !mayContradict
        ? [invalid(PATH, type, 'Approved and Denied conditions are mutually exclusive')]
        : []),
      ...(!mayRepeat && before.some((one) => one.type === type) ? [duplicate(child(path, 'type'), type)] : []),
    ]
  })
}

/** What a write may not do to conditions: take a decision back; and make one, unless it is an approval. */
export const validateConditionsUpdate = (
  conditions: readonly Condition[],
  old: readonly Condition[],
  isApproval: boolean,
): FieldError[] => [
  ...FINAL.filter((type) => count(conditions, type) < count(old, type)).map((type) =>
    forbidden(PATH, `updates may not remove a condition of type ${goQuote(type)}`),
  ),
  ...(isApproval ? [] : OF_APPROVAL)
    .filter((type) => count(conditions, type) > count(old, type))
    .map((type) => forbidden(PATH, `updates may not add a condition of type ${goQuote(type)}`)),
]

/** The conditions with approvals and denials as they were, if there are as many: a signer does not touch them. */
export function keepDecisions(conditions: readonly Condition[], old: readonly Condition[]): Condition[] {
  const kept = new Map(
    OF_APPROVAL.filter((type) => count(conditions, type) === count(old, type)).map((type) => [
      type,
      old.filter((one) => one.type === type),
    ]),
  )
  return conditions.map((condition) => kept.get(condition.type)?.shift() ?? condition)
}

/** The conditions, each with its times; `now` is RFC 3339. One that was there with that status is as old as it was. */
export const withTimes = (conditions: readonly Condition[], old: readonly Condition[], now: string): Condition[] =>
  conditions.map((condition) => {
    const before = old.find(
      ({ type, status, lastTransitionTime }) =>
        type === condition.type && status === condition.status && lastTransitionTime,
    )
    return {
      ...condition,
      lastUpdateTime: condition.lastUpdateTime ?? now,
      lastTransitionTime: condition.lastTransitionTime ?? before?.lastTransitionTime ?? now,
    }
  })

const count = (conditions: readonly Condition[], wanted: string): number =>
  conditions.filter(({ type }) => type === wanted).length

const contradicts = (conditions: readonly Pick<Condition, 'type'>[]): boolean =>
  OF_APPROVAL.every((wanted) => conditions.some(({ type }) => type === wanted))
