/** What must be so of every commit (invariants 3, 10, 13): told by itself, from the chronicle alone. */
import type { KubeObject } from '@muster/api/object.ts'
import type { CustomResourceDefinition } from '@muster/api/types/apiextensions-v1.ts'
import type { Namespace, ResourceQuota } from '@muster/api/types/core-v1.ts'
import { assert } from '@muster/base/errors.ts'
import { isKind } from '@muster/server/auth/reads.ts'
import { BEGINS } from '@muster/server/cluster/beginning.ts'
import { parseKey } from '@muster/server/storage/key.ts'
import type { Chronicle, Fact } from './chronicle.ts'
import {
  CLUSTER,
  countOf,
  DEFINITIONS,
  keyOf,
  LIMITS,
  QUOTA_NAME,
  QUOTAS,
  REALMS,
  SPOONS,
  SPOONS_NAME,
  sizeMaxOf,
  sizeOf,
} from './words.ts'

const isNamespace = isKind<Namespace>('v1', 'Namespace')
const isQuota = isKind<ResourceQuota>('v1', 'ResourceQuota')
const isDefinition = isKind<CustomResourceDefinition>('apiextensions.k8s.io/v1', 'CustomResourceDefinition')

/** Throws when a commit, which the chronicle has just taken in, may not have been. */
export function judgeCommit(chronicle: Chronicle, commit: readonly Fact[]): void {
  for (const fact of commit) {
    judgeAccount(fact)
    judgeOnce(chronicle, fact, commit)
    judgeCount(fact)
    judgeNamespace(chronicle, fact)
    judgeDefinition(chronicle, fact)
  }
  judgeQuotas(chronicle, commit)
}

const said = ({ key, revision, account }: Fact): string => `${key} at ${revision}, by ${account.user}`

/** Each version has a cause, and what a program does has another before it. */
function judgeAccount(fact: Fact): void {
  const { account, id, revision } = fact
  assert(account.user !== '' && account.reason !== '', `${said(fact)} has a cause`)
  if (id !== '' || account.timer || account.reason === BEGINS) return
  assert(account.because, `${said(fact)} was led to by something: ${account.reason}`)
  assert(Number(account.because.revision) < revision, `${said(fact)} comes after what led to it`)
}

function judgeOnce(chronicle: Chronicle, fact: Fact, commit: readonly Fact[]): void {
  const first = fact.id === '' ? undefined : chronicle.of(fact.id)
  assert(!first || commit.includes(first), `${said(fact)} is request ${fact.id}, which was done at ${first?.revision}`)
}

/** Whoever replaces an object has counted on from the one that is there. */
function judgeCount(fact: Fact): void {
  if (!fact.before || !fact.now || !/^update (configmaps|secrets|spoons)$/.test(fact.account.reason)) return
  const [count, counted] = [countOf(fact.now), countOf(fact.before)]
  assert(count === counted + 1, `${said(fact)} counts on from ${counted}: no write is lost, and it is not ${count}`)
}

function judgeNamespace(chronicle: Chronicle, fact: Fact): void {
  const { namespace = '', resource } = parseKey(fact.key) ?? {}
  if (resource === REALMS.plural && !fact.now) {
    const name = fact.before?.metadata.name
    const left = [...chronicle.live.keys()].filter((key) => parseKey(key)?.namespace === name)
    assert(left.length === 0, `${said(fact)} goes when nothing is left in it, and not ${left.join()}`)
  }
  if (namespace === '' || fact.before || fact.id === '') return
  const home = chronicle.live.get(keyOf({ ref: REALMS, namespace: '', name: namespace }))
  const isOpen = home && isNamespace(home) && home.status?.phase !== 'Terminating'
  assert(isOpen === true, `${said(fact)} is created while its namespace is open`)
}

/** Who deletes the objects of a definition that goes. */
const CLEANER = 'system:muster:custom-resources'
const SPOONS_PREFIX = `${SPOONS.group}/${SPOONS.plural}/`

function judgeDefinition(chronicle: Chronicle, fact: Fact): void {
  if (fact.key.startsWith(`${DEFINITIONS.group}/`) && !fact.now) {
    const left = chronicle.under(SPOONS_PREFIX)
    assert(left.length === 0, `${said(fact)} goes when nothing of it is left`)
  }
  if (fact.now && isDefinition(fact.now) && !fact.now.metadata.deletionTimestamp) {
    const isGoing = fact.now.status?.conditions?.some(({ type }) => type === 'Terminating')
    assert(!isGoing, `${said(fact)} says that it goes when it does`)
  }
  if (!fact.key.startsWith(SPOONS_PREFIX)) return
  const defined = chronicle.live.get(keyOf({ ref: DEFINITIONS, namespace: '', name: SPOONS_NAME }))
  if (!fact.now && fact.account.user === CLEANER) {
    assert(defined?.metadata.deletionTimestamp, `${said(fact)} is deleted because its definition is`)
  }
  if (!fact.now || fact.id === '') return
  assert(defined && isDefinition(defined), `${said(fact)} is written while it is defined`)
  if (!fact.before) {
    assert(!defined.metadata.deletionTimestamp, `${said(fact)} is created while its definition is not going`)
    const established = defined.status?.conditions?.find(({ type }) => type === 'Established')
    assert(established?.status === 'True', `${said(fact)} is created while its definition is established`)
  }
  const [size, was, most] = [sizeOf(fact.now), sizeOf(fact.before), sizeMaxOf(defined)]
  assert(size === was || size <= most, `${said(fact)} is as its definition says: ${size} is not above ${most}`)
}

/** Every account says what there is, and nobody takes more than he may. */
function judgeQuotas(chronicle: Chronicle, commit: readonly Fact[]): void {
  for (const namespace of new Set(commit.map(({ key }) => parseKey(key)?.namespace ?? ''))) {
    const quota = chronicle.live.get(keyOf({ ref: QUOTAS, namespace, name: QUOTA_NAME }))
    if (!quota || !isQuota(quota)) continue
    const { hard = {} } = quota.spec ?? {}
    const used = quota.status?.used ?? {}
    for (const name of Object.values(LIMITS)) {
      const there = counted(chronicle, name, namespace)
      const at = `at ${commit[0]?.revision} in ${namespace}`
      assert(
        used[name] === undefined || Number(used[name]) === there.length,
        `${at} the account says what there is of ${name}: ${used[name]} is not ${there.length}`,
      )
      const makes = commit.some(({ before, now, id }) => id !== '' && !before && now && there.includes(now))
      if (!makes || hard[name] === undefined) continue
      assert(used[name] !== undefined, `${at} what is made is counted as ${name}`)
      assert(there.length <= Number(hard[name]), `${at} there are no more ${name} than ${hard[name]}`)
    }
  }
}

function counted(chronicle: Chronicle, name: string, namespace: string): readonly KubeObject[] {
  const resource = name === LIMITS.boxes ? 'core/configmaps' : `${SPOONS.group}/${SPOONS.plural}`
  return chronicle.under(`${resource}/${CLUSTER}/${namespace}/`)
}
