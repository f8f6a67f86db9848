/** What a validation has found so far. What says the same is found once, as in Kubernetes. */
import { child, type FieldError, type FieldPath, invalid } from '../../field-error.ts'

/** Errors by what the validator of Kubernetes says of each; their order is that of the walk. */
export interface Findings {
  /** Where the validated value is; paths inside start from there. */
  readonly at: FieldPath
  readonly found: Map<string, FieldError>
}

/** Nothing found yet, at the same place as another. */
export const fresh = ({ at }: Findings): Findings => ({ at, found: new Map() })

/** Adds what was found elsewhere. */
export function merge(findings: Findings, more: Findings): void {
  for (const [said, error] of more.found) report(findings, said, error)
}

/** Adds one error. */
export function report({ found }: Findings, said: string, error: FieldError): void {
  if (!found.has(said)) found.set(said, error)
}

/** Adds an error that Kubernetes tells without a path, since it has none: of alternatives, and of the range of numbers. */
export const reportUnplaced = (findings: Findings, said: string): void =>
  report(findings, said, invalid(findings.at, '', said))

/** The path of a field, as errors have it: the validator's own begins with a dot below the root. */
export const placeOf = ({ at }: Findings, path: string): FieldPath =>
  child(at, path.startsWith('.') ? path.slice(1) : path)
