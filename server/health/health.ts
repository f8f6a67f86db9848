/**
 * `/livez`, `/readyz`, `/healthz`: a list of checks, each of which can be asked for alone or left out.
 *
 *     /readyz?verbose      every check, one per line
 *     /readyz/store        one of them
 *     /readyz?exclude=store
 *
 * Source: apiserver pkg/server/healthz (texts included: probes and people read them).
 */
import { type ApiResponse, answerText } from '@muster/api/message.ts'

/** One thing that must be well; answers why it is not. */
export interface HealthCheck {
  readonly name: string
  readonly check: () => string | undefined
  /** False for what only readiness asks: a server that is closing is alive and not ready. */
  readonly forLiveness: boolean
}

/** The endpoints, by their first path segment. */
export const HEALTH_ENDPOINTS: ReadonlySet<string> = new Set(['healthz', 'livez', 'readyz'])

/** Answers a path like `/readyz` or `/livez/ping`; undefined when there is no such check. */
export function health(path: string, query: URLSearchParams, checks: readonly HealthCheck[]): ApiResponse | undefined {
  const [endpoint = '', only, ...rest] = path.split('/').filter((part) => part !== '')
  if (!HEALTH_ENDPOINTS.has(endpoint) || rest.length > 0) return undefined
  const asked = endpoint === 'livez' ? checks.filter(({ forLiveness }) => forLiveness) : checks
  if (only !== undefined) {
    const one = asked.find(({ name }) => name === only)
    if (!one) return undefined
    const why = one.check()
    return why === undefined ? answerText(200, 'ok') : answerText(500, `internal server error: ${why}\n`)
  }
  const excluded = new Set(query.getAll('exclude'))
  const lines: string[] = []
  let failed = false
  for (const { name, check } of asked) {
    if (excluded.delete(name)) {
      lines.push(`[+]${name} excluded: ok`)
      continue
    }
    // The reason is for those who may read logs; a probe is told where to look.
    const why = check()
    lines.push(why === undefined ? `[+]${name} ok` : `[-]${name} failed: reason withheld`)
    failed ||= why !== undefined
  }
  for (const name of excluded) lines.push(`warn: some health checks cannot be excluded: no matches for "${name}"`)
  if (failed) return answerText(500, `${lines.join('\n')}\n${endpoint} check failed\n`)
  return query.has('verbose')
    ? answerText(200, `${lines.join('\n')}\n${endpoint} check passed\n`)
    : answerText(200, 'ok')
}
