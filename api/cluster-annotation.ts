/** How an object that is read over all logical clusters says which one it is of. */

/** Set on such objects alone, and never kept. */
export const CLUSTER_ANNOTATION = 'muster.dev/cluster'
