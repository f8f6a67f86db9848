/** Questions and answers over a lossy network. An answer that does not come says nothing about what was done. */
import type { Duration } from '@muster/base/clock.ts'
import { ControlError, type ErrorCode, isControlError } from '@muster/base/errors.ts'
import type { Random } from '@muster/base/random.ts'
import { channel } from './channel.ts'
import type { Network } from './network.ts'
import type { Process } from './party.ts'

/** Asks other parties; made once in each life of a process. */
export interface Client<Question, Answer> {
  /**
   * Errors: Timeout when no answer came, though the question may have been acted upon, even later; or the
   * ControlError with which the other side refused.
   */
  ask(to: string, question: Question, timeout: Duration): Promise<Answer>
}

/** One kind of question, answered by some parties and asked by others. */
export interface Service<Question, Answer> {
  /** Answers from now on. A question can come twice. An error other than a ControlError fails the run. */
  serve(process: Process, answer: (question: Question, from: string) => Promise<Answer>): void
  client(process: Process): Client<Question, Answer>
}

type Ending<Answer> =
  | { readonly ended: 'answered'; readonly answer: Answer }
  | { readonly ended: 'refused'; readonly code: ErrorCode; readonly message: string }

/** A service over a network. */
export function service<Question, Answer>(network: Network, random: Random): Service<Question, Answer> {
  const questions = channel<{ readonly id: number; readonly question: Question }>(network, random)
  const endings = channel<{ readonly id: number; readonly ending: Ending<Answer> }>(network, random)
  // Never used again, also not by the next life of a process: an answer cannot meet another's question.
  let ids = 0

  return {
    serve(process, answer) {
      questions.join(process, ({ id, question }, from) => {
        const end = (ending: Ending<Answer>) => endings.send(process, from, { id, ending })
        answer(question, from).then(
          (given) => end({ ended: 'answered', answer: given }),
          (error) => {
            if (isControlError(error)) end({ ended: 'refused', code: error.code, message: error.message })
            else process.fail(error)
          },
        )
      })
    },

    client(process) {
      const waiting = new Map<number, (ending: Ending<Answer>) => void>()
      endings.join(process, ({ id, ending }) => waiting.get(id)?.(ending))
      return {
        ask: (to, question, timeout) =>
          new Promise((resolve, reject) => {
            const id = ++ids
            const timer = process.after(timeout, () => {
              waiting.delete(id)
              reject(new ControlError('Timeout', `${to} did not answer within ${timeout} ms`))
            })
            waiting.set(id, (ending) => {
              waiting.delete(id)
              process.cancel(timer)
              if (ending.ended === 'answered') resolve(ending.answer)
              else reject(new ControlError(ending.code, ending.message))
            })
            questions.send(process, to, { id, question })
          }),
      }
    },
  }
}
