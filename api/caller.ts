/**
 * A request to somebody else's server, as plain data: a webhook that is asked, an audit log that is sent away.
 * Who asks is handed a function that carries it; the one over the network is in `client/http`.
 */

/** One POST over TLS, and what is trusted of who answers. */
export interface OutgoingRequest {
  /** `https://host:port/path?query`. */
  readonly url: string
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** Certificates that may vouch for the server, as PEM; those that the machine trusts when absent. */
  readonly ca?: string
  /** The name that the server's certificate must have, where that is not the host of the url. */
  readonly servername?: string
  /** Shown to a server that asks who calls. Both PEM. */
  readonly clientCertificate?: { readonly certificate: string; readonly key: string }
  /** Where to connect, when that is not what the url says. */
  readonly connectTo?: { readonly host: string; readonly port: number }
  /** A longer answer is given up. */
  readonly answerBytesMax: number
  readonly signal: AbortSignal
}

/** The whole answer. */
export interface OutgoingAnswer {
  readonly status: number
  readonly contentType: string
  readonly body: Uint8Array
}

/**
 * Carries a request. Redirects are not followed: they are answers. Rejects Unavailable when there is no whole answer,
 * with why in the words of Go's client, which people search for: `dial tcp 127.0.0.1:9443: connect: connection refused`.
 */
export type Caller = (request: OutgoingRequest) => Promise<OutgoingAnswer>
