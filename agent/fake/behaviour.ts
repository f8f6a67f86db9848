/** How a simulated container behaves: by annotations of its pod, and by chance. */
import { type Duration, seconds } from '@muster/base/clock.ts'
import { chance, type Random } from '@muster/base/random.ts'

/** What one run does. */
export interface Behaviour {
  /** Until the program is there. */
  readonly startsIn: Duration
  /** By itself; for ever when absent. */
  readonly runsFor?: Duration
  /** When it ends by itself. */
  readonly exitCode: number
  /** After it was asked to end; longer than its grace, and it is ended. */
  readonly endsIn: Duration
  /** After its start, its probes succeed from then on, and until then. */
  readonly readyAfter: Duration
  readonly healthyFor?: Duration
}

/** How things go when nothing else is said, and how often they go wrong. */
export interface FakeSettings {
  /** Default: at once. */
  readonly startsIn?: Duration
  /** In [0, 1]: of a start that fails after a while with exit code 1. Default 0. */
  readonly failing?: number
}

/** Annotations begin with it: `fake.muster.dev/runs-for: 30s`. */
export const FAKE_PREFIX = 'fake.muster.dev/'
/** How long a run goes on that fails by chance. */
const FAILS_AFTER: Duration = seconds(5)

/** Read from annotations; what cannot be read is as if it were not there. */
export function behaviourOf(
  annotations: Readonly<Record<string, string>>,
  { startsIn = seconds(0), failing = 0 }: FakeSettings,
  random: Random,
): Behaviour {
  const length = (name: string) => durationOf(annotations[`${FAKE_PREFIX}${name}`])
  const fails = failing > 0 && chance(random, failing)
  const runsFor = length('runs-for') ?? (fails ? FAILS_AFTER : undefined)
  const healthyFor = length('healthy-for')
  return {
    startsIn: length('starts-in') ?? startsIn,
    ...(runsFor === undefined ? {} : { runsFor }),
    exitCode: fails ? 1 : Number(annotations[`${FAKE_PREFIX}exit-code`] ?? 0) || 0,
    endsIn: length('ends-in') ?? seconds(0),
    readyAfter: length('ready-after') ?? seconds(0),
    ...(healthyFor === undefined ? {} : { healthyFor }),
  }
}

/** `1.5s`, `200ms`, `3m`. */
function durationOf(text: string | undefined): Duration | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text ?? '') ?? []
  return number === undefined ? undefined : ((Number(number) * (UNITS[unit] ?? 0)) as Duration)
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
