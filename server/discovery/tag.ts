/** The tag of a document: the same for the same bytes, wherever and whenever they were made. */
import { hash } from 'node:crypto'

/** As kube-openapi writes it: SHA-512 in capital hexadecimal. */
export const tagOf = (bytes: Uint8Array): string => hash('sha512', bytes, 'hex').toUpperCase()
