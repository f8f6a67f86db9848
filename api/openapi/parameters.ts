/**
 * The parameters that requests may carry, by the kind of request.
 * Source: apimachinery meta/v1 GetOptions, ListOptions, CreateOptions, UpdateOptions, PatchOptions, DeleteOptions.
 */
import { hasMessage, messageOf } from '../protobuf/messages.ts'
import type { Parameter } from './document.ts'

type Type = Parameter['schema']['type']

const query = (name: string, type: Type, description: string): Parameter => ({
  name,
  in: 'query',
  description,
  schema: { type, uniqueItems: true },
})

const path = (name: string, description: string): Parameter => ({
  name,
  in: 'path',
  description,
  required: true,
  schema: { type: 'string', uniqueItems: true },
})

const PRETTY = query(
  'pretty',
  'string',
  "'true' asks for JSON in lines. When absent, it depends on the user agent: browsers, curl and wget get lines.",
)

const SELECTION = [
  query('continue', 'string', 'Where the list goes on: metadata.continue of the part before.'),
  query('fieldSelector', 'string', 'Only objects with these fields: metadata.name=a,status.phase!=Running.'),
  query('labelSelector', 'string', 'Only objects with these labels: app=web,tier in (front,back),!canary.'),
  query('limit', 'integer', 'At most this many objects; the rest follows with continue.'),
  query('resourceVersion', 'string', 'How new the answer must be, or where a watch begins.'),
  query('resourceVersionMatch', 'string', 'NotOlderThan or Exact: how resourceVersion is meant for a list.'),
  query(
    'sendInitialEvents',
    'boolean',
    'A watch begins with the objects that are there, then a bookmark annotated k8s.io/initial-events-end. ' +
      'Wants resourceVersionMatch=NotOlderThan.',
  ),
  query('timeoutSeconds', 'integer', 'The request ends after so many seconds, whatever is going on.'),
]

const WATCHING = [
  query('allowWatchBookmarks', 'boolean', 'A watch may send BOOKMARK events, which say how far it has come.'),
  query('watch', 'boolean', 'Not a list but its changes, as a stream of events.'),
]

const DRY_RUN = query('dryRun', 'string', 'All: everything is done but the writing.')

const WRITING = [
  DRY_RUN,
  query('fieldManager', 'string', 'In whose name fields are set. At most 128 printable characters.'),
  query(
    'fieldValidation',
    'string',
    'What happens to fields that are unknown or there twice: Ignore, Warn (the default) or Strict.',
  ),
]

const FORCE = query('force', 'boolean', 'An apply takes over fields that others manage. Only for apply.')

const DELETING = [
  DRY_RUN,
  query('gracePeriodSeconds', 'integer', 'Seconds until the object is gone; 0 deletes at once.'),
  query('orphanDependents', 'boolean', 'Deprecated; use propagationPolicy.'),
  query(
    'propagationPolicy',
    'string',
    "What becomes of the object's dependents: Orphan, Background (they go later) or Foreground (they go first).",
  ),
]

/** The parameters of each kind of request, without those of the path. */
export const PARAMETERS: Readonly<Record<string, readonly Parameter[]>> = {
  get: [PRETTY],
  list: [PRETTY, ...SELECTION, ...WATCHING],
  post: [PRETTY, ...WRITING],
  put: [PRETTY, ...WRITING],
  patch: [PRETTY, ...WRITING, FORCE],
  delete: [PRETTY, ...DELETING],
  deletecollection: [PRETTY, ...SELECTION, ...DELETING],
}

/** `{name}` in a path. */
export const nameParameter = (kind: string): Parameter => path('name', `name of the ${kind}`)

/** `{namespace}` in a path. */
export const NAMESPACE_PARAMETER: Parameter = path('namespace', 'the namespace that the object is in')

/** `{path}` at the end of a path, for what is passed on to somebody else. */
export const PATH_PARAMETER: Parameter = path('path', 'the path that is asked of whom the request is passed on to')

/** The parameters that options of the core group are given as: those of PodExecOptions for `exec`. */
export function optionParameters(optionsKind: string): readonly Parameter[] {
  const typeName = `io.k8s.api.core.v1.${optionsKind}`
  if (!hasMessage(typeName)) return []
  return messageOf(typeName).fields.flatMap(({ json, type }) => {
    if (type.is !== 'scalar') return []
    const scalar = type.scalar === 'bool' ? 'boolean' : type.scalar === 'string' ? 'string' : 'integer'
    return [query(json, scalar, `${json} of ${optionsKind}`)]
  })
}
