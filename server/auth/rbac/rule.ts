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

const names = (words: readonly string[] | undefined, word: string): boolean =>
  words !== undefined && (words.includes(word) || words.includes('*'))

function namesResource(
  words: readonly string[] | undefined,
  { resource, subresource }: { readonly resource: string; readonly subresource: string },
): boolean {
  if (words === undefined) return false
  if (subresource === '') return words.includes(resource) || words.includes('*')
  return words.includes('*') || words.includes(`${resource}/${subresource}`) || words.includes(`*/${subresource}`)
}

const namesObject = (words: readonly string[] | undefined, name: string): boolean =>
  words === undefined || words.length === 0 || words.includes(name)
