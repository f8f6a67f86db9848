/**
 * A small hand of queues for each flow, out of many. Two flows share a queue now and then, and hardly ever all of them:
 * so a flow that fills its own hand leaves every other at least one queue. Source: Kubernetes KEP-1040, "Shuffle Sharding".
 */
import { assert } from '@muster/base/errors.ts'
import { between, seededRandom } from '@muster/base/random.ts'

/** Different queues, `handSize` of them, below `queues`; the same for the same seed. */
export function dealHand(seed: number, queues: number, handSize: number): readonly number[] {
  assert(handSize >= 1 && handSize <= queues, 'a hand is dealt from at least as many cards')
  const random = seededRandom(seed)
  const hand: number[] = []
  while (hand.length < handSize) {
    // One of those that are left; it moves up past each lower one that was dealt before.
    let card = between(random, 0, queues - 1 - hand.length)
    for (const dealt of [...hand].sort((a, b) => a - b)) if (card >= dealt) card++
    hand.push(card)
  }
  return hand
}

/** A number for a text, different in each process by its salt, so that nobody can look for a colliding name. FNV-1a, 32 bits. */
export function hashText(text: string, salt: number): number {
  let hash = (0x811c9dc5 ^ salt) >>> 0
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash >>> 0
}
