/** Names that configurations in files of the server have. Source: kubernetes pkg/apis/admissionregistration/validation static_suffix.go. */
import type { KubeObject } from '../../object.ts'

const STATIC_SUFFIX = '.static.k8s.io'

/** Warns of a name that may not be had any more, once such files are read. */
export const warnOfStaticName = ({ metadata: { name = '' } }: KubeObject): string[] =>
  name.endsWith(STATIC_SUFFIX)
    ? [
        `metadata.name: names ending with "${STATIC_SUFFIX}" are reserved for static manifest-based configurations and cannot be managed via the API`,
      ]
    : []
