/**
 * Groups below k8s.io and kubernetes.io belong to the community: a definition in one needs its approval, or says that it
 * has none. Source: KEP-1111; apiextensions pkg/apihelpers.
 */
import { type FieldError, invalid, key, required } from '../../field-error.ts'
import { goQuote } from '../../go-text.ts'
import { parseRequestUri } from '../../schema/formats/uri.ts'

/** The annotation that carries the approval: the address of it, or a reason that begins with `unapproved`. */
export const APPROVAL = 'api-approved.kubernetes.io'

/** Whether a definition is approved, and the words for it. */
export interface ApprovalState {
  readonly state: 'approved' | 'bypassed' | 'missing' | 'invalid'
  readonly why: string
}

/** True for a group that needs an approval. */
export const isProtectedGroup = (group: string): boolean => /(?:^|\.)(?:k8s|kubernetes)\.io$/.test(group)

/** What the annotation says. */
export function approvalOf(annotations: Readonly<Record<string, string>> = {}): ApprovalState {
  const annotation = annotations[APPROVAL] ?? ''
  const needed = `protected groups must have approval annotation ${goQuote(APPROVAL)}`
  if (annotation === '') return { state: 'missing', why: `${needed}, see ${PROPOSAL}` }
  if (annotation.startsWith('unapproved')) return { state: 'bypassed', why: `not approved: ${goQuote(annotation)}` }
  const uri = parseRequestUri(annotation)
  if (uri && uri.host !== '' && uri.scheme !== '') return { state: 'approved', why: `approved in ${annotation}` }
  return {
    state: 'invalid',
    why: `${needed} with either a URL or a reason starting with "unapproved", see ${PROPOSAL}`,
  }
}

/** What is wrong with the approval. What an update leaves as it was is let pass. */
export function validateApproval(
  group: string,
  annotations: Readonly<Record<string, string>> | undefined,
  old?: { readonly annotations?: Readonly<Record<string, string>> | undefined },
): FieldError[] {
  if (!isProtectedGroup(group)) return []
  const { state, why } = approvalOf(annotations)
  if (old && approvalOf(old.annotations).state === state) return []
  const path = key('metadata.annotations', APPROVAL)
  switch (state) {
    case 'missing':
      return [required(path, why)]
    case 'invalid':
      return [invalid(path, annotations?.[APPROVAL] ?? '', why)]
    case 'approved':
    case 'bypassed':
      return []
    default:
      return state satisfies never
  }
}

const PROPOSAL = 'https://github.com/kubernetes/enhancements/pull/1111'
