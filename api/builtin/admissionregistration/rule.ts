/** Which requests a webhook or a policy is about. Source: kubernetes pkg/apis/admissionregistration/validation validateRule. */
import { child, type FieldError, type FieldPath, index, invalid, notSupported, required } from '../../field-error.ts'
import type { RuleWithOperations } from '../../types/admissionregistration-v1.ts'

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE']
const SCOPES = ['*', 'Cluster', 'Namespaced']

/** Says of a rule that it is about objects in namespaces and outside of them, when it says nothing. */
export function defaultRule(rule: RuleWithOperations): void {
  rule.scope ??= '*'
}

/** What is wrong with one rule. */
export function validateRule(rule: RuleWithOperations, path: FieldPath): FieldError[] {
  const { operations, apiGroups, apiVersions, resources, scope } = rule
  return [
    ...validateList(operations ?? [], 'operations', child(path, 'operations')),
    ...(operations ?? []).flatMap((operation, at) =>
      OPERATIONS.includes(operation) ? [] : [notSupported(index(child(path, 'operations'), at), operation, OPERATIONS)],
    ),
    ...validateList(apiGroups ?? [], 'API groups', child(path, 'apiGroups')),
    ...validateList(apiVersions ?? [], 'API versions', child(path, 'apiVersions')),
    ...(apiVersions ?? []).flatMap((version, at) =>
      version === '' ? [required(index(child(path, 'apiVersions'), at))] : [],
    ),
    ...validateResources(resources ?? [], child(path, 'resources')),
    ...(scope === undefined || SCOPES.includes(scope) ? [] : [notSupported(child(path, 'scope'), scope, SCOPES)]),
  ]
}

function validateList(values: readonly string[], what: string, path: FieldPath): FieldError[] {
  if (values.length === 0) return [required(path)]
  const isMore = values.length > 1 && values.includes('*')
  return isMore ? [invalid(path, values, `if '*' is present, must not specify other ${what}`)] : []
}

/** `pods`, `pods/log`, `*` (all but subresources), `pods/*`, `*` of one subresource, and all with all of theirs. */
function validateResources(resources: readonly string[], path: FieldPath): FieldError[] {
  const errors = resources.length === 0 ? [required(path)] : []
  const [wholeResources, wholeSubresources] = [new Set<string>(), new Set<string>()]
  let lastPlain = ''
  for (const [at, said] of resources.entries()) {
    const refuse = (covering: string) =>
      errors.push(invalid(index(path, at), said, `if '${covering}' is present, must not specify ${said}`))
    if (said === '') {
      errors.push(required(index(path, at)))
      continue
    }
    const slash = said.indexOf('/')
    if (slash < 0) {
      lastPlain = said
      continue
    }
    const [resource, subresource] = [said.slice(0, slash), said.slice(slash + 1)]
    if (wholeResources.has(resource)) refuse(`${resource}/*`)
    if (wholeSubresources.has(subresource)) refuse(`*/${subresource}`)
    if (subresource === '*') wholeResources.add(resource)
    if (resource === '*') wholeSubresources.add(subresource)
  }
  if (resources.length > 1 && resources.includes('*/*')) {
    errors.push(invalid(path, resources, "if '*/*' is present, must not specify other resources"))
  }
  // Kubernetes looks at the last of those without a subresource only.
  if (resources.includes('*') && lastPlain !== '*') {
    errors.push(invalid(path, resources, "if '*' is present, must not specify other resources without subresources"))
  }
  return errors
}
