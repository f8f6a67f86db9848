/** What a request for a certificate asks for. Source: RFC 2986; kubernetes pkg/apis/certificates ParseCSR. */

/** Whom the certificate would stand for, or in words why nobody can tell. */
export type SigningRequest =
  | { readonly commonName: string; readonly organizations: readonly string[] }
  | { readonly refused: string }

/** Reads a request from its PEM. */
export async function readSigningRequest(pem: string): Promise<SigningRequest> {
  const [, body] =
    /-----BEGIN CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE REQUEST-----/.exec(pem) ?? []
  if (body === undefined) return { refused: 'PEM block type must be CERTIFICATE REQUEST' }
  // Loaded when first needed, as in certificates.ts.
  await import('reflect-metadata')
  const { Pkcs10CertificateRequest } = await import('@peculiar/x509')
  try {
    const { subjectName } = new Pkcs10CertificateRequest(Buffer.from(body, 'base64'))
    return { commonName: subjectName.getField('CN').at(-1) ?? '', organizations: subjectName.getField('O') }
  } catch {
    return { refused: 'asn1: structure error' }
  }
}
