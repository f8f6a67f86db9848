/** One connection that a client forwards to a port of a pod. Source: cri-streaming pkg/streaming/portforward. */
import { type ByteDuplex, pump } from '@muster/base/byte-duplex.ts'
import { isControlError } from '@muster/base/errors.ts'

/** Whose ports, and the way to them. */
export interface PortSource {
  readonly pod: { readonly name: string; readonly uid: string }
  open(port: number): Promise<ByteDuplex>
}

/** Carries bytes both ways until the pod has said all. Answers what went wrong, if the port could not be reached. */
export async function forward(source: PortSource, port: number, client: ByteDuplex): Promise<string | undefined> {
  let there: ByteDuplex
  try {
    there = await source.open(port)
  } catch (error) {
    const why = isControlError(error) ? error.message : 'a fault of the server'
    return `error forwarding port ${port} to pod ${source.pod.name}, uid ${source.pod.uid}: ${why}`
  }
  pump(client.received, there.send).then(there.end, there.close)
  // Whichever end breaks off, the other one hears of it below.
  await pump(there.received, client.send).catch(() => {})
  client.end()
  there.close()
  return undefined
}

/** A port as a header or a query says it; undefined for what is none. */
export function portOf(text: string | undefined): number | undefined {
  const port = /^\d{1,5}$/.test(text ?? '') ? Number(text) : 0
  return port > 0 && port < 65_536 ? port : undefined
}
