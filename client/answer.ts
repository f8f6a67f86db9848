/** Reads what a server answered. */
import { type ApiResponse, piecesOf } from '@muster/api/message.ts'
import { errorOf, isStatus } from '@muster/api/status.ts'
import { codeOfStatus } from '@muster/api/status-reasons.ts'
import { ControlError } from '@muster/base/errors.ts'

const decoder = new TextDecoder()

/** The whole of an answer's body. */
export async function bytesOf({ body }: ApiResponse): Promise<Uint8Array> {
  if (body.body === 'bytes') return body.bytes
  const chunks: Uint8Array[] = []
  for await (const chunk of piecesOf(body)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** The answer's JSON. Throws the error that a Status or a code of 400 and above stands for. */
export async function readAnswer(answered: ApiResponse): Promise<unknown> {
  const text = decoder.decode(await bytesOf(answered))
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    if (answered.status < 400)
      throw new ControlError('Internal', `the server's answer is no JSON: ${text.slice(0, 200)}`, cause)
  }
  if (answered.status < 400) return value
  if (isStatus(value)) throw errorOf(value)
  // Some refusals are plain text: a path that nobody answers, a request whose turn did not come.
  const code = codeOfStatus({ code: answered.status })
  throw new ControlError(code, `HTTP ${answered.status}: ${text.slice(0, 200).trimEnd()}`)
}
