/** The operations of a transaction as requests. What makes no sense as it stands is found before anything is done. */
import { type FieldError, forbidden } from '@muster/api/field-error.ts'
import { sayResource } from '@muster/api/status.ts'
import type { Operation } from '@muster/api/transaction/transaction.ts'
import type { Registry } from '../registry/registry.ts'
import { objectKey, type ResourceCall, saidResource } from '../resources/call.ts'
import { formatKey } from '../storage/key.ts'
import { type Part, partOf } from './part.ts'
import { malformed } from './refusal.ts'

/** All of them. Throws Invalid with all that is wrong. */
export function partsOf(
  call: ResourceCall,
  registry: Registry,
  operations: readonly Operation[],
  dryRun: boolean,
): readonly Part[] {
  const parts: Part[] = []
  const errors: FieldError[] = []
  for (const [at, operation] of operations.entries()) {
    const part = partOf(call, registry, { operation, at, dryRun })
    if ('reason' in part) errors.push(part)
    else parts.push(part)
  }
  errors.push(...doubled(call, parts))
  if (errors.length > 0) throw malformed(errors)
  return parts
}

/** An object is written once, and what is written has preconditions of its own. */
function doubled(call: ResourceCall, parts: readonly Part[]): FieldError[] {
  const first = new Map<string, Part>()
  return parts.flatMap((part) => {
    const { path, operation, info, served } = part
    const name = info.name || createdName(operation)
    if (name === '') return []
    const about = { ...call, info, served }
    const key = formatKey(objectKey(about, name))
    const other = first.get(key)
    if (!other) {
      first.set(key, part)
      return []
    }
    const what = `${sayResource(saidResource(about))} "${name}"`
    const why = `${what} is that of ${other.path} already; one operation says all that is to become of an object, its preconditions too`
    return [forbidden(path, why)]
  })
}

/** Empty where the server is to choose it. */
function createdName({ object }: Operation): string {
  const { metadata } = (object ?? {}) as { metadata?: { name?: unknown } }
  return typeof metadata?.name === 'string' ? metadata.name : ''
}
