/** For tests that need a real part: a database, a browser, another program. */
import { ControlError } from '@muster/base/errors.ts'

/**
 * Why a test is to be skipped, or false when its part is here: `test('…', { skip: needs('etcd', isInstalled) }, …)`.
 *
 * With MUSTER_REQUIRE_REAL=1, as in CI, it throws Unavailable instead: there a part that is missing is a failure.
 */
export function needs(part: string, present: boolean): string | false {
  if (present) return false
  const reason = `needs ${part}, which this machine does not have`
  if (process.env.MUSTER_REQUIRE_REAL === '1') throw new ControlError('Unavailable', reason)
  return reason
}
