/** The index of OpenAPI v3: where the document of each group and version is, by an address that changes with it. */
import { apiVersionOf, type GroupVersion } from '../object.ts'

/** The index, as `/openapi/v3` sends it. */
export interface OpenApiV3Index {
  readonly paths: Readonly<Record<string, { readonly serverRelativeURL: string }>>
}

/** `api/v1` of the core group, `apis/apps/v1` of the apps group: the key in the index, and the path below `/openapi/v3/`. */
export const openApiV3Path = (groupVersion: GroupVersion): string =>
  `${groupVersion.group === '' ? 'api' : 'apis'}/${apiVersionOf(groupVersion)}`

/**
 * The index of these documents. Clients keep a document for as long as its address is the same, so the hash must change
 * with it: any digest of its bytes, in characters that need no escape in an address.
 * Source: kube-openapi pkg/handler3.
 */
export const openApiV3Index = (
  documents: readonly { readonly groupVersion: GroupVersion; readonly hash: string }[],
): OpenApiV3Index => ({
  paths: Object.fromEntries(
    documents.map(({ groupVersion, hash }) => {
      const path = openApiV3Path(groupVersion)
      return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }]
    }),
  ),
})
