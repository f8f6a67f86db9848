/** Counts requests, and tells of them in the text form of Prometheus. */

/** Upper bounds in seconds. Source: the default buckets of Prometheus' clients, without those above 2.5 s. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]

/**
 * The counters of one service.
 *
 * @param {string} service
 */
export function createMetrics(service) {
  /** @type {Map<string, number>} */
  const requests = new Map()
  const buckets = new Array(BUCKETS.length + 1).fill(0)
  let seconds = 0
  let inFlight = 0

  return {
    began() {
      inFlight += 1
    },
    /**
     * @param {string} route as the table of routes spells it, so that there are few
     * @param {number} status
     * @param {number} tookSeconds
     */
    ended(route, status, tookSeconds) {
      inFlight -= 1
      const labels = `service="${service}",route="${route}",code="${status}"`
      requests.set(labels, (requests.get(labels) ?? 0) + 1)
      seconds += tookSeconds
      const at = BUCKETS.findIndex((bound) => tookSeconds <= bound)
      buckets[at < 0 ? BUCKETS.length : at] += 1
    },
    /** Everything, one sample a line. */
    text() {
      const { rss } = process.memoryUsage()
      let count = 0
      const histogram = [...BUCKETS, '+Inf'].map((bound, at) => {
        count += buckets[at]
        return `http_request_duration_seconds_bucket{service="${service}",le="${bound}"} ${count}`
      })
      const lines = [
        '# TYPE http_requests_total counter',
        ...[...requests].map(([labels, value]) => `http_requests_total{${labels}} ${value}`),
        '# TYPE http_request_duration_seconds histogram',
        ...histogram,
        `http_request_duration_seconds_sum{service="${service}"} ${seconds}`,
        `http_request_duration_seconds_count{service="${service}"} ${count}`,
        '# TYPE http_requests_in_flight gauge',
        `http_requests_in_flight{service="${service}"} ${inFlight}`,
        '# TYPE process_resident_memory_bytes gauge',
        `process_resident_memory_bytes{service="${service}"} ${rss}`,
        '# TYPE process_start_time_seconds gauge',
        `process_start_time_seconds{service="${service}"} ${Math.round(Date.now() / 1000 - process.uptime())}`,
      ]
      return `${lines.join('\n')}\n`
    },
  }
}
