/**
 * How others check tokens of a logical cluster without asking it: OpenID Connect discovery.
 * Source: OpenID Connect Discovery 1.0; kubernetes pkg/serviceaccount/openidmetadata.go, pkg/routes/openidmetadata.go.
 */
import type { Keyring } from './keyring.ts'

/** Where the description is, below the root of a logical cluster. */
export const CONFIGURATION_PATH = '/.well-known/openid-configuration'
/** Where the keys are. */
export const KEYS_PATH = '/openid/v1/jwks'
/** The media type of the keys; the description is plain JSON. */
export const KEYS_MEDIA_TYPE = 'application/jwk-set+json'
/** The Cache-Control of both. */
export const DISCOVERY_CACHE_CONTROL = 'public, max-age=3600'

/** What is at {@link CONFIGURATION_PATH}. `keysUrl` is the whole URL of the keys. */
export const openIdConfiguration = (issuer: string, keysUrl: string, { publicKeys }: Keyring) => ({
  issuer,
  jwks_uri: keysUrl,
  response_types_supported: ['id_token'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: [...new Set(publicKeys.map(({ alg }) => alg))].sort(),
})

/** What is at {@link KEYS_PATH}. */
export const openIdKeys = ({ publicKeys }: Keyring) => ({ keys: [...publicKeys] })
