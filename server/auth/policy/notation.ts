/** A short way to write rules down: words in a text, parted by spaces; `core` is the group without a name. */
import type { PolicyRule } from '@muster/api/types/rbac-v1.ts'

/** The verbs of somebody who looks. */
export const READ = 'get list watch'
/** The verbs of somebody who changes. */
export const WRITE = 'create delete deletecollection patch update'
/** Both. */
export const READ_AND_WRITE = 'create delete deletecollection get list patch update watch'

/** A rule about resources; with `names`, about objects of these names alone. */
export const on = (groups: string, resources: string, verbs: string, names?: string): PolicyRule => ({
  apiGroups: words(groups).map((group) => (group === 'core' ? '' : group)),
  ...(names === undefined ? {} : { resourceNames: words(names) }),
  resources: words(resources),
  verbs: words(verbs),
})

/** A rule about paths. */
export const path = (urls: string, verbs: string): PolicyRule => ({ nonResourceURLs: words(urls), verbs: words(verbs) })

/** Telling what one did. */
export const recordEvents = (): PolicyRule => on('core events.k8s.io', 'events', 'create patch update')

/** Rules by the name of their role; made anew each time, so that nobody can change what others get. */
export type Rules = Readonly<Record<string, readonly PolicyRule[]>>

const words = (text: string): string[] => text.split(' ')
