/** How many seats were wanted over a time: what borrowing between levels is decided by. */

/** What was wanted since the last look: seats in use and waited for. */
export interface SeatDemand {
  readonly average: number
  /** The standard deviation over time. */
  readonly deviation: number
  readonly highest: number
  /** The envelope (average and deviation together), which rises at once and falls slowly. */
  readonly smoothed: number
}

/** Follows one level. Times are in milliseconds of one clock. */
export interface SeatDemandMeter {
  /** From now on so many are wanted. */
  set(seats: number, now: number): void
  /** What was wanted since the last look; the next begins now. */
  look(now: number): SeatDemand
}

/** What is left of a peak after each look; half of it after five minutes of looks every ten seconds. Source: KEP-1040. */
const SMOOTHING = 0.977

/** A meter at zero. */
export function createSeatDemand(startedAt: number): SeatDemandMeter {
  let seats = 0
  let changedAt = startedAt
  let lookedAt = startedAt
  let sum = 0
  let sumOfSquares = 0
  let highest = 0
  let smoothed = 0
  const settle = (now: number) => {
    sum += seats * (now - changedAt)
    sumOfSquares += seats * seats * (now - changedAt)
    changedAt = now
  }
  return {
    set(wanted, now) {
      settle(now)
      seats = wanted
      if (seats > highest) highest = seats
    },
    look(now) {
      settle(now)
      const time = now - lookedAt
      const average = time > 0 ? sum / time : seats
      const deviation = time > 0 ? Math.sqrt(Math.max(0, sumOfSquares / time - average * average)) : 0
      const envelope = average + deviation
      smoothed = Math.max(envelope, SMOOTHING * smoothed + (1 - SMOOTHING) * envelope)
      const demand = { average, deviation, highest, smoothed }
      lookedAt = now
      sum = 0
      sumOfSquares = 0
      highest = seats
      return demand
    },
  }
}
