import { deepEqual, equal, match } from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject, KubeObject } from '../../../object.ts'
import type { Pod } from '../../../types/core-v1.ts'
import { cellsOf, makeObject, TRIAL_NOW, tryKind } from '../../testing/try-kind.ts'
import { pod } from '../pod.ts'
import { tagOf } from '../pod-spec/image.ts'
import { graceOfPod } from './grace.ts'
import { qualityOf } from './quality.ts'

const MAIN = { name: 'main', image: 'a:1' }
const made = (spec: JsonObject = {}, more: JsonObject = {}): KubeObject =>
  makeObject(pod, { spec: { containers: [MAIN], ...spec }, ...more })
const created = (spec: JsonObject = {}, more: JsonObject = {}): KubeObject => {
  const object = made(spec, more)
  pod.rules.prepareForCreate?.(object, { subresource: '', now: TRIAL_NOW })
  return object
}
const errors = (spec: JsonObject, more: JsonObject = {}): string[] =>
  tryKind(pod, { spec: { containers: [MAIN], ...spec }, ...more })
const asPod = (object: KubeObject): Pod => object as Pod // The kind made it.

test('the tag of an image is the one that is meant', () => {
  const tags = {
    nginx: 'latest',
    'nginx:1': '1',
    'example.com:5000/a/b': 'latest',
    'example.com:5000/a/b:v2': 'v2',
    [`a@sha256:${'0'.repeat(64)}`]: '',
    'A B': '',
    '': '',
  }
  for (const [image, tag] of Object.entries(tags)) equal(tagOf(image), tag, image)
})

test('what a pod does not say is filled in, and what it may have at most it asks for', () => {
  const { spec } = asPod(
    made({ containers: [{ ...MAIN, resources: { limits: { cpu: '1500m' } } }], hostNetwork: true }),
  )
  deepEqual(spec?.containers[0]?.resources, { limits: { cpu: '1500m' }, requests: { cpu: '1500m' } })
  equal(spec?.enableServiceLinks, true)
  const old = asPod(made({ serviceAccount: 'x' }))
  equal(old.spec?.serviceAccountName, 'x')
})

test('a pod that says something of itself says the rest by what its containers say', () => {
  const { spec } = asPod(
    made({
      resources: { limits: { cpu: '4', memory: '1Gi' } },
      containers: [
        { ...MAIN, resources: { requests: { cpu: '1' } } },
        { ...MAIN, name: 'b', resources: { requests: { cpu: '1' } } },
      ],
      initContainers: [{ name: 'i', image: 'a', resources: { requests: { cpu: '3' } } }],
    }),
  )
  deepEqual(spec?.resources, { limits: { cpu: '4', memory: '1Gi' }, requests: { cpu: '3', memory: '1Gi' } })
})

test('a new pod waits, and says of what quality it is', () => {
  deepEqual(asPod(created()).status, { phase: 'Pending', qosClass: 'BestEffort' })
  const gated = asPod(created({ schedulingGates: [{ name: 'a.b/c' }] }))
  equal(gated.status?.conditions?.[0]?.reason, 'SchedulingGated')
})

test('quality follows from what is asked for', () => {
  const both = { cpu: '1', memory: '1Gi' }
  const of = (...resources: JsonObject[]) =>
    qualityOf({ containers: resources.map((one, at) => ({ name: `c${at}`, resources: one })) })
  equal(of({ limits: both, requests: both }), 'Guaranteed')
  equal(of({ limits: both, requests: both }, {}), 'Burstable')
  equal(of({ limits: both, requests: { cpu: '500m', memory: '1Gi' } }), 'Burstable')
  equal(of({ requests: { cpu: '0' } }), 'BestEffort')
  equal(of({}), 'BestEffort')
})

test('keys of labels become expressions of the selectors', () => {
  const constraint = {
    maxSkew: 1,
    topologyKey: 'zone',
    whenUnsatisfiable: 'DoNotSchedule',
    labelSelector: {},
    matchLabelKeys: ['v', 'none'],
  }
  const { spec } = asPod(
    created({ topologySpreadConstraints: [constraint] }, { metadata: { name: 'a', labels: { v: '1' } } }),
  )
  deepEqual(spec?.topologySpreadConstraints?.[0]?.labelSelector, {
    matchExpressions: [{ key: 'v', operator: 'In', values: ['1'] }],
  })
})

test('what is off is dropped', () => {
  const { spec } = asPod(
    created({
      containers: [{ ...MAIN, lifecycle: { stopSignal: 'SIGTERM' } }],
      schedulingGroup: { podGroupName: 'g' },
    }),
  )
  equal(spec?.schedulingGroup, undefined)
  equal(spec?.containers[0]?.lifecycle?.stopSignal, undefined)
})

const WRONG: readonly (readonly [JsonObject, RegExp])[] = [
  [{ volumes: [{ name: 'v', emptyDir: { sizeLimit: '-1' } }] }, /^spec\.volumes\[0\]\.emptyDir\.sizeLimit: Forbidden/],
  [
    {
      volumes: [{ name: 'v', projected: { sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 5 } }] } }],
      serviceAccountName: 's',
    },
    /may not specify a duration less than 10 minutes/,
  ],
  [{ initContainers: [{ name: 'main', image: 'a' }] }, /^spec\.initContainers\[0\]\.name: Duplicate value: "main"$/],
  [
    {
      initContainers: [
        { name: 'i', image: 'a', resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }] },
      ],
    },
    /must not be set to 'RestartContainer' for non-sidecar/,
  ],
  [
    {
      containers: [
        { ...MAIN, restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [1] } }] },
      ],
    },
    /restartPolicy: Required value: must specify restartPolicy when restart rules are used/,
  ],
  [
    { containers: [{ ...MAIN, securityContext: { procMount: 'Unmasked' } }] },
    /`hostUsers` must be false to use `Unmasked`/,
  ],
  [{ containers: [{ ...MAIN, envFrom: [{}] }] }, /must specify one of: `configMapRef` or `secretRef`/],
  [{ os: { name: 'linux' }, securityContext: { windowsOptions: {} } }, /windows options cannot be set for a linux pod/],
  [{ os: { name: 'windows' }, hostPID: true }, /^spec\.hostPID: Forbidden: cannot be set for a windows pod$/],
  [{ hostUsers: false, hostIPC: true }, /^spec\.HostIPC: Forbidden: when `hostUsers` is false$/],
  [{ resourceClaims: [{ name: 'c' }] }, /must specify one of: `resourceClaimName`, `resourceClaimTemplateName`/],
  [
    { resources: { requests: { cpu: '1' } }, containers: [{ ...MAIN, resources: { limits: { cpu: '2' } } }] },
    /must be greater than or equal to aggregate container requests of 2/,
  ],
  [
    { securityContext: { seccompProfile: { type: 'Localhost' } } },
    /localhostProfile: Required value: must be set when seccomp type is Localhost/,
  ],
  [
    { tolerations: [{ key: 'a', operator: 'Exists', tolerationSeconds: 3 }] },
    /effect must be 'NoExecute' when `tolerationSeconds` is set/,
  ],
  [
    { nodeName: 'n', schedulingGates: [{ name: 'a.b/c' }] },
    /cannot be set until all schedulingGates have been cleared/,
  ],
]

for (const [spec, pattern] of WRONG) {
  test(`a pod is refused: ${pattern.source}`, () => match(errors(spec)[0] ?? 'nothing', pattern))
}

test('annotations and fields that say the same must agree', () => {
  const annotations = { 'seccomp.security.alpha.kubernetes.io/pod': 'unconfined' }
  const spec = { securityContext: { seccompProfile: { type: 'RuntimeDefault' } } }
  deepEqual(errors(spec, { metadata: { name: 'a', annotations } }), [
    'spec.securityContext.seccompProfile.type: Forbidden: seccomp type in annotation and field must match',
  ])
})

test('hardly anything of a pod may change, and the change is shown', () => {
  const old = created({ activeDeadlineSeconds: 10, tolerations: [{ key: 'a', operator: 'Exists' }] })
  const spec = JSON.parse(JSON.stringify(old.spec)) as JsonObject
  const change = (more: JsonObject) => tryKind(pod, { spec: { ...spec, ...more } }, { old })
  deepEqual(change({ containers: [{ ...(spec.containers as JsonObject[])[0], image: 'b:2' }] }), [])
  deepEqual(change({ activeDeadlineSeconds: 5 }), [])
  deepEqual(change({ activeDeadlineSeconds: 11 }), [
    'spec.activeDeadlineSeconds: Invalid value: 11: must be less than or equal to previous value',
  ])
  deepEqual(change({ tolerations: [] }), [
    'spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds',
  ])
  const [why = ''] = change({ nodeName: 'n' })
  match(why, /^spec: Forbidden: pod updates may not change fields other than .*\n@@ /)
  match(why, /\n- "NodeName": "",\n\+ "NodeName": "n",\n/)
})

test('a pod at its gates may become more particular about its node, and no less', () => {
  const gates = { schedulingGates: [{ name: 'a.b/c' }] }
  const old = created({ ...gates, nodeSelector: { a: 'b' } })
  const spec = JSON.parse(JSON.stringify(old.spec)) as JsonObject
  const change = (more: JsonObject) => tryKind(pod, { spec: { ...spec, ...more } }, { old })
  deepEqual(change({ nodeSelector: { a: 'b', c: 'd' } }), [])
  match(change({ nodeSelector: { c: 'd' } })[0] ?? '', /only additions to spec\.nodeSelector are allowed/)
  match(change({ schedulingGates: [{ name: 'd.e/f' }] })[0] ?? '', /only deletion is allowed/)
})

test('only cpu and memory are resized, within the quality of the pod', () => {
  const old = created({ containers: [{ ...MAIN, resources: { requests: { cpu: '1' } } }] })
  const spec = JSON.parse(JSON.stringify(old.spec)) as JsonObject
  const [container] = spec.containers as JsonObject[]
  const resize = (more: JsonObject) =>
    tryKind(
      pod,
      { spec: { ...spec, containers: [{ ...container, ...more }] }, status: old.status as JsonObject },
      { old, subresource: 'resize' },
    )
  deepEqual(resize({ resources: { requests: { cpu: '2' } } }), [])
  match(resize({ resources: {} }).join('\n'), /Pod QOS Class may not change[\s\S]*resource requests cannot be removed/)
  deepEqual(resize({ image: 'other' }), ['spec: Forbidden: only cpu and memory resources are mutable'])
})

test('containers that have ended stay so, unless they begin anew', () => {
  const ended = { containerStatuses: [{ name: 'main', state: { terminated: { exitCode: 1 } } }] }
  const runs = { containerStatuses: [{ name: 'main', state: { running: {} } }] }
  const change = (restartPolicy: string) => {
    const body = { spec: { containers: [MAIN], restartPolicy } }
    const old = makeObject(pod, { ...body, status: ended })
    return tryKind(pod, { ...body, status: runs }, { old, subresource: 'status' })
  }
  deepEqual(change('Always'), [])
  deepEqual(change('OnFailure'), [])
  deepEqual(change('Never'), [
    'status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state',
  ])
})

test('a pod has grace only where something runs', () => {
  const on = (more: object = {}) => asPod({ ...made({ nodeName: 'n' }), ...more })
  equal(graceOfPod(on(), undefined), 30)
  equal(graceOfPod(on(), 5), 5)
  equal(graceOfPod(on(), -1), 1)
  equal(graceOfPod(on({ status: { phase: 'Failed' } }), 5), 0)
  equal(graceOfPod(asPod(made()), 5), 0)
})

test('who creates a pod is told what may surprise', () => {
  const told = pod.rules.warnings?.(
    made(
      {
        containers: [
          {
            ...MAIN,
            env: [
              { name: 'A', value: '1' },
              { name: 'A', value: '2' },
            ],
            ports: [{ containerPort: 80 }, { containerPort: 80 }],
          },
        ],
        imagePullSecrets: [{}],
      },
      { metadata: { name: 'a.b' } },
    ),
  )
  equal(told?.length, 4)
  match(told?.[0] ?? '', /^metadata\.name: this is used in the Pod's hostname/)
  equal(told?.[1], 'spec.imagePullSecrets[0].name: invalid empty name ""')
  match(told?.[2] ?? '', /^spec\.containers\[0\]\.env\[1\]: hides previous definition of "A"/)
  equal(told?.[3], 'spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]')
})

const STATES: readonly (readonly [JsonObject, Readonly<Record<string, unknown>>])[] = [
  [{}, { Ready: '0/1', Status: '', Restarts: '0', IP: '<none>', Node: '<none>' }],
  [
    {
      status: {
        phase: 'Running',
        podIPs: [{ ip: '10.0.0.1' }],
        containerStatuses: [
          {
            name: 'main',
            ready: true,
            restartCount: 2,
            state: { running: {} },
            lastState: { terminated: { exitCode: 1, finishedAt: TRIAL_NOW } },
          },
        ],
      },
    },
    { Ready: '1/1', Status: 'Running', Restarts: '2 (60s ago)', IP: '10.0.0.1' },
  ],
  [
    {
      status: {
        phase: 'Pending',
        containerStatuses: [{ name: 'main', state: { waiting: { reason: 'ImagePullBackOff' } } }],
      },
    },
    { Ready: '0/1', Status: 'ImagePullBackOff' },
  ],
  [
    {
      status: {
        phase: 'Succeeded',
        containerStatuses: [{ name: 'main', state: { terminated: { exitCode: 0, reason: 'Completed' } } }],
      },
    },
    { Status: 'Completed' },
  ],
  [{ metadata: { name: 'a', deletionTimestamp: TRIAL_NOW }, status: { phase: 'Running' } }, { Status: 'Terminating' }],
]

for (const [body, wanted] of STATES) {
  test(`the row of a pod: ${JSON.stringify(wanted)}`, () => {
    const cells = cellsOf(pod, { spec: { containers: [MAIN] }, ...body })
    deepEqual(Object.fromEntries(Object.keys(wanted).map((name) => [name, cells[name]])), wanted)
  })
}
