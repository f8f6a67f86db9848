/** Whether one rule allows one request. Source: kubernetes pkg/apis/rbac/v1/evaluation_helpers.go. */
import { goQuote } from '@muster/api/go-text.ts'
import type { PolicyRule } from '@muster/api/types/rbac-v1.ts'
import type { Attributes } from '../authorization.ts'

/** True when the rule allows what is asked for. */
export function ruleAllows(rule: PolicyRule, asked: Attributes): boolean {
  if (!names(rule.verbs, asked.verb)) return false
  if (asked.about === 'path') return rule.nonResourceURLs?.some((url) => coversUrl(url, asked.path)) ?? false
  return (
    names(rule.apiGroups, asked.group) &&
    namesResource(rule.resources, asked) &&
    namesObject(rule.resourceNames, asked.name)
  )
}

/** True when a URL of a rule, which may be a prefix that ends in `*`, covers a path. */
export const coversUrl = (url: string, path: string): boolean =>
  url === path || (url.endsWith('*') && path.startsWith(url.replace(/\*+$/, '')))

/** `{APIGroups:["apps"], Resources:["deployments"], Verbs:["get"]}`, as messages show a rule. */
export function sayRule(rule: PolicyRule): string {
  const parts = [
    ['APIGroups', rule.apiGroups],
    ['Resources', rule.resources],
    ['NonResourceURLs', rule.nonResourceURLs],
    ['ResourceNames', rule.resourceNames],
    ['Verbs', rule.verbs],
  ] as const
  return `{${parts.flatMap(([name, values]) => (values?.length ? [`${name}:[${values.map(goQuote).join(' ')}]`] : [])).join(', ')}}`
}

// A list that is empty may be absent, or null where Go wrote it.
type Words = readonly string[] | null | undefined

const names = (words: Words, word: string): boolean => words?.some((one) => one === word || one === '*') ?? false

const namesResource = (
  words: Words,
  { resource, subresource }: { readonly resource: string; readonly subresource: string },
): boolean =>
  subresource === ''
    ? names(words, resource)
    : names(words, `${resource}/${subresource}`) || (words?.includes(`*/${subresource}`) ?? false)

const namesObject = (words: Words, name: string): boolean => !words?.length || words.includes(name)
