/**
 * What is kept where nobody says otherwise: who changed what, and when, and who read Secrets, without what was in them.
 * Other reads are not told, nor are the heartbeats of machines, which would be most of the log.
 */
import type { Policy, PolicyRule } from './policy.ts'

const rule = (more: Partial<PolicyRule> & Pick<PolicyRule, 'level'>): PolicyRule => ({
  users: [],
  userGroups: [],
  verbs: [],
  resources: [],
  namespaces: [],
  nonResourceURLs: [],
  omitStages: [],
  ...more,
})

const of = (group: string, ...resources: readonly string[]) => ({ group, resources, resourceNames: [] })

/** The policy; the end of each request is told, or that it failed. */
export const DEFAULT_POLICY: Policy = {
  omitStages: ['RequestReceived', 'ResponseStarted'],
  omitManagedFields: true,
  rules: [
    rule({ level: 'None', resources: [of('coordination.k8s.io', 'leases'), of('', 'events'), of('events.k8s.io')] }),
    // Questions about access change nothing, though they are posted.
    rule({ level: 'None', resources: [of('authorization.k8s.io'), of('authentication.k8s.io', 'selfsubjectreviews')] }),
    rule({ level: 'Metadata', verbs: ['create', 'update', 'patch', 'delete', 'deletecollection'] }),
    // To read a Secret is to have it.
    rule({ level: 'Metadata', resources: [of('', 'secrets')] }),
    // Whoever looks into a container, or past the API, does more than read.
    rule({
      level: 'Metadata',
      resources: [
        of('', 'pods/exec', 'pods/attach', 'pods/portforward', 'pods/proxy', 'services/proxy', 'nodes/proxy'),
      ],
    }),
  ],
}
