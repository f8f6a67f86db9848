import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { Container, PodSpec, SecurityContext } from '../types/core-v1.ts'
import { sayReasons, sayViolations, violations } from './evaluate.ts'
import { type Level, policyOf, type Standard, sayStandard } from './policy.ts'

const container = (name: string, securityContext?: SecurityContext, more: Partial<Container> = {}): Container => ({
  name,
  image: 'web',
  ...(securityContext ? { securityContext } : {}),
  ...more,
})
const GOOD: SecurityContext = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
}
const spec = (more: Partial<PodSpec>, ...containers: readonly Container[]): PodSpec => ({
  containers: containers.length > 0 ? [...containers] : [container('a', GOOD)],
  ...more,
})
const say = (level: Level, pod: PodSpec, version: Standard['version'] = 'latest', annotations = {}): string =>
  sayViolations(violations({ level, version }, { metadata: { annotations }, spec: pod }))

test('a pod that says nothing is fine for baseline and not for restricted', () => {
  const silent = spec({}, container('a'), container('b'))
  equal(say('privileged', silent), '')
  equal(say('baseline', silent), '')
  equal(
    say('restricted', silent),
    'allowPrivilegeEscalation != false (containers "a", "b" must set securityContext.allowPrivilegeEscalation=false), ' +
      'unrestricted capabilities (containers "a", "b" must set securityContext.capabilities.drop=["ALL"]), ' +
      'runAsNonRoot != true (pod or containers "a", "b" must set securityContext.runAsNonRoot=true), ' +
      'seccompProfile (pod or containers "a", "b" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
  )
  equal(say('restricted', spec({})), '')
})

/** Source of the words: the tests of pod-security-admission. */
const broken: readonly (readonly [name: string, level: Level, pod: PodSpec, says: string])[] = [
  [
    'host namespaces',
    'baseline',
    spec({ hostNetwork: true, hostIPC: true, hostPID: true }),
    'host namespaces (hostNetwork=true, hostPID=true, hostIPC=true)',
  ],
  [
    'directories of the host',
    'baseline',
    spec({
      volumes: [
        { name: 'a', hostPath: { path: '/' } },
        { name: 'b', hostPath: { path: '/b' } },
        { name: 'c', emptyDir: {} },
      ],
    }),
    'hostPath volumes (volumes "a", "b")',
  ],
  [
    'ports of the host',
    'baseline',
    spec(
      {},
      container('a', GOOD, { ports: [{ containerPort: 1, hostPort: 10 }, { containerPort: 2 }] }),
      container('b', GOOD, { ports: [{ containerPort: 1, hostPort: 20 }] }),
    ),
    'hostPort (containers "a", "b" use hostPorts 10, 20)',
  ],
  [
    'a privileged container',
    'baseline',
    spec({}, container('a', { ...GOOD, privileged: true })),
    'privileged (container "a" must not set securityContext.privileged=true)',
  ],
  [
    'capabilities',
    'baseline',
    spec(
      {},
      container('a', { capabilities: { add: ['FOO', 'BAR'] } }),
      container('b', { capabilities: { add: ['BAR', 'BAZ', 'KILL'] } }),
    ),
    'non-default capabilities (containers "a", "b" must not include "BAR", "BAZ", "FOO" in securityContext.capabilities.add)',
  ],
  [
    'capabilities, once each, where all are to be given up',
    'restricted',
    spec({}, container('a', { ...GOOD, capabilities: { add: ['NET_BIND_SERVICE', 'CHOWN'], drop: ['ALL', 'FOO'] } })),
    'unrestricted capabilities (container "a" must not include "CHOWN" in securityContext.capabilities.add)',
  ],
  [
    'AppArmor',
    'baseline',
    spec({ securityContext: { appArmorProfile: { type: 'Unconfined' } } }),
    'forbidden AppArmor profile (pod must not set AppArmor profile type to "Unconfined")',
  ],
  [
    'seccomp of pod and container',
    'baseline',
    spec(
      { securityContext: { seccompProfile: { type: 'Unconfined' } } },
      container('a', { seccompProfile: { type: 'Unconfined' } }),
      container('b'),
    ),
    'seccompProfile (pod and container "a" must not set securityContext.seccompProfile.type to "Unconfined")',
  ],
  [
    'SELinux',
    'baseline',
    spec(
      { securityContext: { seLinuxOptions: { type: 'foo', user: 'me' } } },
      container('a', { seLinuxOptions: { role: 'r' } }),
    ),
    'seLinuxOptions (pod and container "a" set forbidden securityContext.seLinuxOptions: type "foo"; user may not be set; role may not be set)',
  ],
  [
    'settings of the kernel',
    'baseline',
    spec({
      securityContext: {
        sysctls: [
          { name: 'a', value: '' },
          { name: 'net.ipv4.tcp_rmem', value: '' },
          { name: 'b', value: '' },
        ],
      },
    }),
    'forbidden sysctls (a, b)',
  ],
  [
    'probes of other hosts',
    'baseline',
    spec({}, container('a', GOOD, { livenessProbe: { tcpSocket: { host: 'db', port: 1 } } })),
    'probe or lifecycle host (container "a" uses probe or lifecycle host "db")',
  ],
  [
    'processes of a Windows host',
    'baseline',
    spec({ securityContext: { windowsOptions: { hostProcess: true } } }),
    'hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)',
  ],
  [
    'volumes of old',
    'restricted',
    spec({
      volumes: [
        { name: 'a', hostPath: { path: '/' } },
        { name: 'b', nfs: { path: '/', server: 's' } },
        { name: 'c', secret: {} },
      ],
    }),
    'restricted volume types (volumes "a", "b" use restricted volume types "hostPath", "nfs")',
  ],
  [
    'root by number',
    'restricted',
    spec({ securityContext: { runAsUser: 0 } }, container('a', { ...GOOD, runAsUser: 0 })),
    'runAsUser=0 (pod and container "a" must not set runAsUser=0)',
  ],
  [
    'root by word',
    'restricted',
    spec({ securityContext: { runAsNonRoot: false } }, container('a', { ...GOOD, runAsNonRoot: false })),
    'runAsNonRoot != true (pod and container "a" must not set securityContext.runAsNonRoot=false)',
  ],
]
for (const [name, level, pod, says] of broken) test(`${level} refuses ${name}`, () => equal(say(level, pod), says))

test('a standard is as it was in its version', () => {
  const rmem = spec({ securityContext: { sysctls: [{ name: 'net.ipv4.tcp_rmem', value: '' }] } })
  equal(say('baseline', rmem, 31), 'forbidden sysctls (net.ipv4.tcp_rmem)')
  equal(say('baseline', rmem, 32), '')
  equal(say('restricted', spec({}, container('a', { runAsNonRoot: true })), 7), '')
  const windows = spec({ os: { name: 'windows' } }, container('a', { runAsNonRoot: true }))
  equal(
    sayReasons(violations({ level: 'restricted', version: 24 }, { metadata: {}, spec: windows })).split(', ').length,
    3,
  )
  equal(say('restricted', windows, 25), '')
  const ownUsers = spec({ hostUsers: false }, container('a', { ...GOOD, runAsNonRoot: false }))
  equal(say('restricted', ownUsers, 35), '')
  const annotation = { 'seccomp.security.alpha.kubernetes.io/pod': 'unconfined' }
  equal(
    say('baseline', spec({}), 18, annotation),
    'seccompProfile (forbidden annotation seccomp.security.alpha.kubernetes.io/pod="unconfined")',
  )
  equal(say('baseline', spec({}), 19, annotation), '')
})

const LABEL = 'pod-security.kubernetes.io/'
test('labels say what a namespace asks; who enforces is warned of the same', () => {
  const read = (labels: Record<string, string>) => {
    const said = Object.fromEntries(Object.entries(labels).map(([name, value]) => [`${LABEL}${name}`, value]))
    const { policy, errors } = policyOf(said)
    return [
      sayStandard(policy.enforce),
      sayStandard(policy.warn),
      ...errors.map(({ path, message }) => `${path}: ${message}`),
    ]
  }
  deepEqual(read({}), ['privileged:latest', 'privileged:latest'])
  deepEqual(read({ enforce: 'baseline', 'enforce-version': 'v1.24' }), ['baseline:v1.24', 'baseline:v1.24'])
  deepEqual(read({ enforce: 'baseline', warn: 'privileged' }), ['baseline:latest', 'privileged:latest'])
  deepEqual(read({ enforce: 'hard', 'warn-version': 'v2' }), [
    'restricted:latest',
    'privileged:latest',
    'metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "hard": must be one of privileged, baseline, restricted',
    'metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "v2": must be "latest" or "v1.x"',
  ])
})
