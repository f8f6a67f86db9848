/** A control plane on one home and one port, that is stopped or killed and started again under its clients. */
import { type ApiProcess, startApi } from '../api-server/api-process.ts'

/** A server whose address stays the same. */
export interface Restartable {
  readonly url: string
  readonly kubeconfig: string
  /** `kill -9`, and a start. Answers how many milliseconds nobody was there. */
  killAndStart(): Promise<number>
  /** SIGTERM, and a start. Answers how many milliseconds it took from the signal on. */
  stopAndStart(): Promise<number>
  stop(): Promise<unknown>
}

/** Starts it; throws Unavailable, as `startApi` does, when it does not start. */
export async function startRestartable(home: string): Promise<Restartable> {
  let running: ApiProcess = await startApi(home)
  const { url, kubeconfig } = running
  const again = async (end: () => Promise<unknown>) => {
    const began = performance.now()
    await end()
    running = await startApi(home, '--port', new URL(url).port)
    return Math.round(performance.now() - began)
  }
  return {
    url,
    kubeconfig,
    killAndStart: () => again(() => running.kill()),
    stopAndStart: () => again(() => running.stop()),
    stop: () => running.stop(),
  }
}
