/** What a message may cost. Kubernetes bounds requests by their bytes alone: 3 MiB of them can ask for a gigabyte. */

/** Messages in one another. Only schemas nest freely, and none that a person wrote comes near; the stack holds four times this. */
export const DEPTH_MAX = 250

/**
 * Objects made of one message. A field of two bytes can stand for a container with all its empty parts. The largest
 * honest object, an EndpointSlice or a custom resource near 1.5 MiB, has some 50,000.
 */
export const OBJECTS_MAX = 500_000
