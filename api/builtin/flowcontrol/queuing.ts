/** How requests wait: in queues, of which each flow is dealt a hand. Source: kubernetes pkg/apis/flowcontrol/validation. */
import { child, type FieldError, type FieldPath, invalid } from '../../field-error.ts'
import type { QueuingConfiguration } from '../../types/flowcontrol-v1.ts'

const QUEUES_MAX = 10_000_000
/** A hand is dealt by one hash. Source: apiserver pkg/util/shufflesharding MaxHashBits. */
const HASH_BITS_MAX = 60

/** What is wrong with queues, and with hands that are dealt of them. */
export function validateQueuing(queuing: QueuingConfiguration, path: FieldPath): FieldError[] {
  const { queueLengthLimit: length = 0, queues = 0, handSize: hand = 0 } = queuing
  const errors: FieldError[] = []
  const refuse = (field: keyof QueuingConfiguration, value: number, why: string) =>
    errors.push(invalid(child(path, field), value, why))
  if (length <= 0) refuse('queueLengthLimit', length, 'must be positive')
  if (queues <= 0) refuse('queues', queues, 'must be positive')
  else if (queues > QUEUES_MAX) refuse('queues', queues, `must not be greater than ${QUEUES_MAX}`)
  if (hand <= 0) refuse('handSize', hand, 'must be positive')
  else if (hand > queues) refuse('handSize', hand, `should not be greater than queues (${queues})`)
  else if (entropyBits(queues, hand) > HASH_BITS_MAX) {
    const need = `required entropy bits of deckSize ${queues} and handSize ${hand}`
    refuse('handSize', hand, `${need} should not be greater than ${HASH_BITS_MAX}`)
  }
  return errors
}

/** Of a hand that is dealt of a deck, one card after the other. Source: apiserver shufflesharding RequiredEntropyBits. */
const entropyBits = (deck: number, hand: number): number => Math.ceil(Math.log2(deck) * hand)
