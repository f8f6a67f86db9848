/** What a request says of the log that it wants. Source: kubernetes ValidatePodLogOptions. */
import { type FieldError, forbidden, invalid } from '@muster/api/field-error.ts'
import type { LogQuery } from '@muster/api/node-agent.ts'
import { badRequest, invalid as invalidStatus } from '@muster/api/status.ts'
import { readTime } from '@muster/api/time.ts'
import { add, type Instant, seconds } from '@muster/base/clock.ts'
import { isTrue } from '../http/request-info.ts'

/** Throws BadRequest for what is no number, and Invalid for a number that makes no sense. */
export function checkLogOptions(query: URLSearchParams, podName: string): void {
  const tailLines = numberIn(query, 'tailLines')
  const limitBytes = numberIn(query, 'limitBytes')
  const sinceSeconds = numberIn(query, 'sinceSeconds')
  const errors: FieldError[] = []
  if (tailLines !== undefined && tailLines < 0)
    errors.push(invalid('tailLines', tailLines, 'must be greater than or equal to 0'))
  if (limitBytes !== undefined && limitBytes < 1) errors.push(invalid('limitBytes', limitBytes, POSITIVE))
  if (sinceSeconds !== undefined && query.get('sinceTime')) {
    errors.push(forbidden('', 'at most one of `sinceTime` or `sinceSeconds` may be specified'))
  } else if (sinceSeconds !== undefined && sinceSeconds < 1) {
    errors.push(invalid('sinceSeconds', sinceSeconds, POSITIVE))
  }
  if (query.get('stream')) errors.push(forbidden('stream', 'may not be specified'))
  if (errors.length > 0) throw invalidStatus({ group: '', kind: 'PodLogOptions' }, podName, errors)
}

/** What is asked for. For a query that has been checked. */
export function logQueryOf(query: URLSearchParams, now: Instant): LogQuery {
  const tailLines = numberIn(query, 'tailLines')
  const limitBytes = numberIn(query, 'limitBytes')
  const sinceSeconds = numberIn(query, 'sinceSeconds')
  const sinceTime = sinceSeconds === undefined ? timeIn(query, 'sinceTime') : add(now, seconds(-sinceSeconds))
  return {
    follow: isTrue(query.get('follow')),
    timestamps: isTrue(query.get('timestamps')),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
    ...(sinceTime === undefined ? {} : { sinceTime }),
  }
}

function timeIn(query: URLSearchParams, name: string): Instant | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  const time = readTime(text)
  if (!time.read) throw badRequest(time.why)
  return time.at
}

const POSITIVE = 'must be greater than 0'

function numberIn(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  if (!/^[+-]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  return Number(text)
}
