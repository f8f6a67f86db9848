/** Names for things that have none yet. Drawn from the chance that is passed in, so that a run replays. */
import type { Random } from './random.ts'

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz'

/** 16 characters of base 36 carry 82 bits: two among a billion ids collide with a chance of one in ten million. */
const ID_LENGTH = 16

/** A fresh id of 16 lower-case letters and digits, fit for keys, file names and DNS labels. */
export function newId(random: Random): string {
  let id = ''
  // A leading digit would make the id unfit for a DNS label of RFC 1035.
  id += ALPHABET[10 + Math.floor(random.next() * 26)]
  while (id.length < ID_LENGTH) id += ALPHABET[Math.floor(random.next() * ALPHABET.length)]
  return id
}
