/** What a PEM text holds, as far as its frames say. Source: RFC 7468; kubernetes pkg/apis/certificates ParseCSR and validation. */
import { goQuote } from '../../go-text.ts'

/** Says why a field in base64 does not hold the PEM of a request for a certificate; undefined when it does. */
export function sayNoRequest(base64: string): string | undefined {
  const [first] = blocksOf(base64)
  return first?.label === 'CERTIFICATE REQUEST' ? undefined : 'PEM block type must be CERTIFICATE REQUEST'
}

/** Says why a field in base64 does not hold the PEM of certificates and nothing else; undefined when it does. */
export function sayNoCertificates(base64: string): string | undefined {
  const blocks = blocksOf(base64)
  if (blocks.length === 0) return 'must contain at least one CERTIFICATE PEM block'
  const other = blocks.find(({ label }) => label !== 'CERTIFICATE')
  if (other) return `only CERTIFICATE PEM blocks are allowed, found ${goQuote(other.label)}`
  return blocks.some(({ hasHeaders }) => hasHeaders) ? 'no PEM block headers are permitted' : undefined
}

interface Block {
  readonly label: string
  readonly hasHeaders: boolean
}

function blocksOf(base64: string): readonly Block[] {
  const found = textOf(base64).matchAll(/-----BEGIN ([A-Z0-9 ]+)-----\r?\n([^-]*)-----END \1-----/g)
  return [...found].map(([, label = '', body = '']) => ({ label, hasHeaders: body.includes(':') }))
}

function textOf(base64: string): string {
  try {
    return atob(base64)
  } catch {
    return ''
  }
}
