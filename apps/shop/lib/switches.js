/**
 * What makes a service slow, wrong or not ready, so that people can watch what happens then.
 *
 *     curl -X PUT http://HOST/switches -d '{"delayMs": 300, "delayShare": 0.5, "errorShare": 0.1}'
 *
 * They begin as the environment says: SWITCH_DELAY_MS, SWITCH_DELAY_SHARE, SWITCH_ERROR_SHARE.
 */

/**
 * @typedef {object} Switches
 * @property {number} delayMs how long a slow request is held back
 * @property {number} delayShare which share of requests is slow, 0 to 1
 * @property {number} errorShare which share of requests is answered with 500
 * @property {boolean} notReady whether /readyz says no
 */

/** @param {Readonly<Record<string, string | undefined>>} env */
export function createSwitches(env) {
  /** @type {Switches} */
  let switches = {
    delayMs: Number(env.SWITCH_DELAY_MS ?? 0),
    delayShare: Number(env.SWITCH_DELAY_SHARE ?? 1),
    errorShare: Number(env.SWITCH_ERROR_SHARE ?? 0),
    notReady: false,
  }
  return {
    now: () => switches,
    /**
     * Sets some of them. Answers with what is wrong, or nothing.
     *
     * @param {unknown} wanted
     */
    set(wanted) {
      if (typeof wanted !== 'object' || wanted === null) return 'wanted an object of switches'
      const next = { ...switches }
      for (const [name, value] of Object.entries(wanted)) {
        if (name === 'notReady' && typeof value === 'boolean') next.notReady = value
        else if (name === 'delayMs' && isBetween(value, 60_000)) next.delayMs = value
        else if (name === 'delayShare' && isBetween(value, 1)) next.delayShare = value
        else if (name === 'errorShare' && isBetween(value, 1)) next.errorShare = value
        else return `${name}: wanted delayMs (0 to 60000), delayShare or errorShare (0 to 1), or notReady (true, false)`
      }
      switches = next
      return undefined
    },
    /** Waits if this request is to be slow. Answers whether it is to fail. */
    async meet() {
      const { delayMs, delayShare, errorShare } = switches
      if (delayMs > 0 && Math.random() < delayShare) await new Promise((resolve) => setTimeout(resolve, delayMs))
      return Math.random() < errorShare
    },
  }
}

/**
 * @param {unknown} value
 * @param {number} most
 * @returns {value is number}
 */
const isBetween = (value, most) => typeof value === 'number' && value >= 0 && value <= most
