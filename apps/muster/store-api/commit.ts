/** Commits, guards and retention rules as JSON, both ways. */
import { ControlError } from '@muster/base/errors.ts'
import type { Commit, CompactionPolicy, Guard, Write } from '@muster/store/store.ts'
import { decodeCause } from './entry.ts'
import type { Fields } from './fields.ts'
import { decodeValue, encodeValue } from './value.ts'

/** A commit as plain JSON. */
export const encodeCommit = ({ token, guards, writes, cause }: Commit) => ({
  token,
  guards,
  writes: writes.map((write) =>
    write.write === 'delete'
      ? write
      : {
          write: 'put',
          key: write.key,
          ...encodeValue(write.value),
          ...(write.lease !== undefined && { lease: write.lease }),
        },
  ),
  cause,
})

/** The commit in a request's body; throws Invalid, naming the field. Its limits are the store's own affair. */
export function decodeCommit(body: Fields): Commit {
  body.only('token', 'guards', 'writes', 'cause')
  return {
    token: body.text('token'),
    guards: body.list('guards').map((guard, index) => decodeGuard(guard, `guards[${index}]`)),
    writes: body.list('writes').map((write, index) => decodeWrite(write, `writes[${index}]`)),
    cause: decodeCause(body.object('cause').only('actor', 'reason', 'after', 'details')),
  }
}

/** The guard in a JSON object, called `path` in refusals. */
export function decodeGuard(fields: Fields, path: string): Guard {
  const guard = fields.text('guard')
  if (guard === 'revision' || guard === 'create-revision') {
    fields.only('guard', 'key', 'equals')
    return { guard, key: fields.text('key'), equals: fields.revision('equals') }
  }
  if (guard === 'absent') return { guard, key: fields.only('guard', 'key').text('key') }
  if (guard === 'prefix-empty') return { guard, prefix: fields.only('guard', 'prefix').text('prefix') }
  throw new ControlError(
    'Invalid',
    `${path}.guard: wanted revision, create-revision, absent or prefix-empty, found "${guard}"`,
  )
}

function decodeWrite(fields: Fields, path: string): Write {
  const write = fields.text('write')
  if (write === 'delete') return { write, key: fields.only('write', 'key').text('key') }
  if (write !== 'put') throw new ControlError('Invalid', `${path}.write: wanted put or delete, found "${write}"`)
  fields.only('write', 'key', 'text', 'base64', 'lease')
  return {
    write,
    key: fields.text('key'),
    value: decodeValue(fields, path),
    ...(fields.has('lease') && { lease: fields.text('lease') }),
  }
}

/** The compaction policy in a request's body. */
export function decodePolicy(body: Fields): CompactionPolicy {
  body.only('horizon', 'keep')
  const keep = body.has('keep') ? body.list('keep') : []
  return {
    horizon: body.revision('horizon'),
    keep: keep.map((rule) => ({
      prefix: rule.only('prefix', 'versions', 'since').text('prefix'),
      ...(rule.has('versions') && { versions: rule.count('versions') }),
      ...(rule.has('since') && { since: rule.revision('since') }),
    })),
  }
}
