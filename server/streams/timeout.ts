/** How long is waited for clients that have switched and then say nothing. */
import { type Duration, seconds } from '@muster/base/clock.ts'

/** For the streams that a client has to open. Source: cri-streaming remotecommand DefaultStreamCreationTimeout. */
export const STREAM_CREATION_TIMEOUT: Duration = seconds(30)
