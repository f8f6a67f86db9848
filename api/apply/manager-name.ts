/**
 * The name under which a write is recorded.
 * Source: apiserver pkg/endpoints/handlers/create.go (managerOrUserAgent).
 */
import { byteLength } from '../go-text.ts'
import { FIELD_MANAGER_BYTES_MAX } from '../metadata/managed-fields.ts'

/**
 * The `fieldManager` of the request, or else what its User-Agent starts with: `kubectl/v1.36.1 (linux/amd64)` is
 * `kubectl`. An apply has to say its manager, and is refused before this is asked.
 */
export const managerOf = (fieldManager: string, userAgent: string): string =>
  fieldManager === '' ? startOf(userAgent) : fieldManager

/** What comes before the first slash, as far as it can be printed, within 128 bytes. */
function startOf(userAgent: string): string {
  const [product = ''] = userAgent.split('/')
  let name = ''
  let bytes = 0
  for (const character of product) {
    if (!PRINTABLE.test(character)) continue
    bytes += byteLength(character)
    if (bytes > FIELD_MANAGER_BYTES_MAX) break
    name += character
  }
  return name
}

const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u
