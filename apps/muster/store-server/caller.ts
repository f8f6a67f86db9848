/**
 * Who may call a server that asks nobody for a password: programs of this machine, and no web page.
 *
 * A page from anywhere can make the reader's browser send requests to 127.0.0.1. Two things give it away: the Origin
 * header, and, when it has pointed a name of its own at 127.0.0.1, the Host header.
 */
import { ControlError } from '@muster/base/errors.ts'
import type { ApiRequest } from './request.ts'

/** Throws BadRequest when the request comes from a web page, or names this machine by a foreign name. */
export function checkCaller({ headers }: Pick<ApiRequest, 'headers'>, anyHost: boolean): void {
  if (headers.origin !== undefined)
    throw new ControlError('BadRequest', 'header origin: web pages may not call this server')
  const host = headers.host ?? ''
  if (!anyHost && !isLoopback(host.replace(/:\d+$/, ''))) {
    throw new ControlError('BadRequest', `header host: "${host}" is no loopback name; use 127.0.0.1 or localhost`)
  }
}

/** Whether a host name or address stays on this machine. */
export const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i.test(host)
