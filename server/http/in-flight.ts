/** What a request counts as while it is answered. How many are at a time is a matter of `server/fairness`. */

/** Reads and writes are told apart as kube-apiserver's metrics do; watches last for hours. */
export type Load = 'readOnly' | 'mutating' | 'watch'

const READ_VERBS: ReadonlySet<string> = new Set(['get', 'list', 'head', 'options'])

/** What a request with this verb counts as. */
export const loadOf = (verb: string): Load =>
  verb === 'watch' ? 'watch' : READ_VERBS.has(verb) ? 'readOnly' : 'mutating'
