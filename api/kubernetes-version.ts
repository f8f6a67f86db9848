/** The one version of Kubernetes that everything here is derived from, recorded of and compared with. */

/** A change of it is followed by all that docs/oracle.md names under "Changing cases". */
export const KUBERNETES_VERSION = 'v1.36.1'
