/** What claims and volumes say of each other in annotations. Source: component-helpers storage/volume/pv_helpers.go. */

/** On a claim whose binding is whole: from then on it is what its spec says. */
export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed'
/** On a claim or a volume whose other half was chosen by a controller, and not by who made it. */
export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller'
/** On a volume: the provisioner that made it, and that takes it away. */
export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by'
/** On a claim: the provisioner that it waits for. */
export const PROVISIONER = 'volume.kubernetes.io/storage-provisioner'
/** On a claim that is bound late: the node of its first user, by the scheduler. */
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node'

/** Makes directories of nodes that are in this process. */
export const LOCAL_PROVISIONER = 'muster.dev/local'
