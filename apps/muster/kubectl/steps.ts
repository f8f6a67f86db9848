/**
 * What people do with kubectl, as a table: each row is one command and what must come of it.
 *
 * Every kubectl that the machine has walks through all of it (`walk.real.test.ts`), against a server of its own, with no
 * flag that weakens a check. A row that an older kubectl cannot do says since when it can.
 */

/** One command. */
export interface Step {
  /** As it is typed after `kubectl`. */
  readonly run: string
  /** Given on standard input: `-f -` reads it. */
  readonly stdin?: string
  /** Must be found in standard output. */
  readonly says?: RegExp
  /** Must be found in standard error; a step with it is expected to fail unless `exit` says otherwise. */
  readonly complains?: RegExp
  /** Default 0, or 1 where it complains. */
  readonly exit?: number
  /** The first minor version of kubectl 1.x that can do this. */
  readonly since?: number
  /** The last one. */
  readonly until?: number
  /** Of the environment; EDITOR is a command that changes the file it is given. */
  readonly env?: Readonly<Record<string, string>>
  /** Waits for what a controller does: not for a bare kube-apiserver. */
  readonly needsControllers?: boolean
  /** While it runs, this is run: a watch sees what the second command does. It ends by itself or is ended. */
  readonly meanwhile?: string
}

/** Steps that belong together; each journey has a namespace of its own, named after it. */
export interface Journey {
  readonly name: string
  readonly steps: readonly Step[]
}

const deployment = (replicas: number, image: string) => `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web}
spec:
  replicas: ${replicas}
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: ${image}
        ports: [{containerPort: 80}]
`

const limitRange = `
apiVersion: v1
kind: LimitRange
metadata:
  name: defaults
spec:
  limits:
  - type: Container
    max: {cpu: "1"}
    default: {cpu: 700m}
    defaultRequest: {cpu: 600m}
`

const crd = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: kettles.walk.example.com
spec:
  group: walk.example.com
  scope: Namespaced
  names: {plural: kettles, singular: kettle, kind: Kettle, shortNames: [ktl], categories: [kitchen]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources:
      status: {}
      scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas}
    additionalPrinterColumns:
    - {name: Litres, type: integer, jsonPath: .spec.litres}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            description: What the kettle is like.
            required: [litres]
            properties:
              litres: {type: integer, minimum: 1, maximum: 20, description: How much it holds.}
              colour: {type: string, default: steel}
              replicas: {type: integer, default: 1}
          status:
            type: object
            properties:
              replicas: {type: integer}
              phase: {type: string}
`

const kettle = (litres: number | string) => `
apiVersion: walk.example.com/v1
kind: Kettle
metadata: {name: big}
spec: {litres: ${litres}}
`

/** Everything, in the order in which it is walked. */
export const JOURNEYS: readonly Journey[] = [
  {
    name: 'looking-around',
    steps: [
      { run: 'version', says: /Server Version/ },
      { run: 'cluster-info', says: /is running at/ },
      { run: 'api-versions', says: /^apps\/v1$/m },
      { run: 'api-resources', says: /deployments +deploy +apps\/v1 +true +Deployment/ },
      { run: 'api-resources --namespaced=false -o name', says: /^nodes$/m },
      { run: 'api-resources --verbs=list,delete -o wide', says: /configmaps/ },
      { run: 'explain pod', says: /KIND: +Pod/ },
      { run: 'explain deployment.spec.strategy', says: /rollingUpdate/ },
      { run: 'explain pods.spec.containers --recursive', says: /imagePullPolicy/ },
      { run: 'get namespaces', says: /^default +Active/m },
      { run: 'get ns default -o jsonpath={.metadata.labels}', says: /kubernetes.io\/metadata.name/ },
      { run: 'get all', complains: /No resources found/, exit: 0 },
      { run: 'get --raw /readyz', says: /^ok$/ },
      { run: 'get --raw /version', says: /"major":\s*"1"/ },
      { run: 'get nothing', complains: /the server doesn't have a resource type "nothing"/ },
      { run: 'get pod nobody', complains: /pods "nobody" not found/ },
    ],
  },
  {
    name: 'creating',
    steps: [
      { run: 'create configmap plain --from-literal=a=1', says: /configmap\/plain created/ },
      { run: 'create secret generic hidden --from-literal=word=pass', says: /secret\/hidden created/ },
      {
        run: 'create secret docker-registry pull --docker-server=r --docker-username=u --docker-password=p',
        says: /created/,
      },
      { run: 'create deployment web --image=host/web', says: /deployment.apps\/web created/ },
      { run: 'create job once --image=host/once', says: /job.batch\/once created/ },
      {
        run: 'create cronjob nightly --image=host/night --schedule=0|3|*|*|*',
        says: /cronjob.*\/nightly created/,
        since: 21,
      },
      { run: 'create job again --from=cronjob/nightly', says: /job.batch\/again created/, since: 21 },
      { run: 'create service clusterip web --tcp=80:80', says: /service\/web created/ },
      { run: 'create service nodeport door --tcp=80:80', says: /service\/door created/ },
      { run: 'create service loadbalancer gate --tcp=80:80', says: /service\/gate created/ },
      { run: 'create service externalname away --external-name example.com', says: /service\/away created/ },
      { run: 'create ingress way --rule=a.example.com/*=web:80', says: /ingress.*\/way created/, since: 21 },
      { run: 'create serviceaccount robot', says: /serviceaccount\/robot created/ },
      { run: 'create role reader --verb=get,list --resource=pods', says: /role.*\/reader created/ },
      {
        run: 'create rolebinding reads --role=reader --serviceaccount=creating:robot',
        says: /rolebinding.*\/reads created/,
      },
      { run: 'create clusterrole walk-reader --verb=get --resource=nodes', says: /clusterrole.*\/walk-reader created/ },
      { run: 'create clusterrolebinding walk-reads --clusterrole=walk-reader --user=ann', says: /created/ },
      { run: 'create quota small --hard=pods=10', says: /resourcequota\/small created/ },
      { run: 'create poddisruptionbudget keep --selector=app=web --min-available=1', says: /created/, since: 21 },
      { run: 'create priorityclass walk-high --value=1000', says: /created/ },
      { run: 'create namespace creating-other', says: /namespace\/creating-other created/ },
      { run: 'run lonely --image=host/lonely', says: /pod\/lonely created/ },
      { run: 'expose deployment web --name=web-too --port=80', says: /service\/web-too exposed/ },
      { run: 'autoscale deployment web --min=1 --max=3 --cpu-percent=50', says: /autoscaled/, until: 33 },
      { run: 'create configmap plain --from-literal=a=1', complains: /configmaps "plain" already exists/ },
      { run: 'create configmap Bad_Name', complains: /Invalid value: "Bad_Name"/ },
      { run: 'create configmap dry --dry-run=server -o yaml', says: /uid:/ },
      { run: 'get configmap dry', complains: /not found/ },
      { run: 'delete clusterrolebinding walk-reads', says: /deleted/ },
      { run: 'delete clusterrole walk-reader', says: /deleted/ },
      { run: 'delete priorityclass walk-high', says: /deleted/ },
      { run: 'delete namespace creating-other --wait=false', says: /deleted/ },
    ],
  },
  {
    name: 'applying',
    steps: [
      { run: 'apply -f -', stdin: deployment(2, 'host/web:1'), says: /deployment.apps\/web created/ },
      { run: 'apply -f -', stdin: deployment(2, 'host/web:1'), says: /deployment.apps\/web unchanged/ },
      { run: 'diff -f -', stdin: deployment(3, 'host/web:1'), says: /^\+ +replicas: 3$/m, exit: 1 },
      { run: 'apply -f -', stdin: deployment(3, 'host/web:2'), says: /deployment.apps\/web configured/ },
      { run: 'get deployment web -o jsonpath={.spec.replicas}/{.metadata.generation}', says: /^3\/2$/ },
      {
        run: 'apply -f -',
        stdin: deployment(-1, 'host/web:2'),
        complains: /spec.replicas: Invalid value: -1: must be greater than or equal to 0/,
      },
      {
        run: 'apply -f -',
        stdin: deployment(3, 'host/web:2').replace('replicas', 'replicaz'),
        complains: /unknown field|ValidationError/,
      },
      {
        run: 'apply --server-side -f -',
        stdin: deployment(4, 'host/web:3'),
        says: /web serverside-applied/,
        since: 26,
      },
      {
        run: 'apply --server-side --field-manager=other -f -',
        stdin: deployment(5, 'host/web:3'),
        complains: /Apply failed with 1 conflict: conflict.*spec.replicas/s,
      },
      {
        run: 'apply --server-side --field-manager=other --force-conflicts -f -',
        stdin: deployment(5, 'host/web:3'),
        says: /serverside-applied/,
      },
      { run: 'get deployment web -o jsonpath={.spec.replicas}', says: /^5$/ },
      { run: 'get deployment web -o yaml --show-managed-fields', says: /manager: other/, since: 21 },
      { run: 'apply view-last-applied deployment/web', says: /host\/web/ },
      { run: 'replace -f -', stdin: deployment(1, 'host/web:4'), says: /replaced/ },
    ],
  },
  {
    name: 'reading',
    steps: [
      { run: 'create configmap one --from-literal=a=1', says: /created/ },
      { run: 'create configmap two --from-literal=a=2', says: /created/ },
      { run: 'label configmap one tier=front', says: /labeled/ },
      { run: 'get configmaps', says: /^NAME +DATA +AGE$/m },
      { run: 'get configmaps -o wide', says: /^one +1 /m },
      { run: 'get configmaps --no-headers', says: /^kube-root-ca.crt/m },
      { run: 'get configmaps -l tier=front -o name', says: /^configmap\/one\n$/ },
      { run: 'get configmaps -l tier!=front -o name', says: /configmap\/two/ },
      { run: 'get configmaps --field-selector metadata.name=two -o name', says: /^configmap\/two\n$/ },
      { run: 'get configmaps -L tier', says: /^NAME +DATA +AGE +TIER$/m },
      { run: 'get configmaps --show-labels', says: /tier=front/ },
      { run: 'get configmaps --sort-by=.metadata.name', says: /kube-root-ca.crt.*one.*two/s },
      { run: 'get configmap one -o json', says: /"kind": "ConfigMap"/ },
      { run: 'get configmap one -o yaml', says: /^kind: ConfigMap$/m },
      { run: 'get configmap one -o jsonpath={.data.a}', says: /^1$/ },
      { run: 'get configmap one -o go-template={{.data.a}}', says: /^1$/ },
      { run: 'get configmaps -o custom-columns=N:.metadata.name,A:.data.a', says: /^one +1$/m },
      { run: 'get configmaps --chunk-size=1', says: /^two/m },
      { run: 'get configmaps -A', says: /^reading +one/m },
      { run: 'get configmap/one configmap/two -o name', says: /one\n.*two/ },
      { run: 'describe configmap one', says: /^Name: +one$/m },
      { run: 'describe namespace reading', says: /^Status: +Active$/m },
      { run: 'get configmaps -w --request-timeout=4s', meanwhile: 'create configmap three', says: /^three/m, exit: -1 },
      { run: 'events', complains: /No events found/, exit: 0, since: 26 },
      { run: 'get events', complains: /No resources found/, exit: 0 },
    ],
  },
  {
    name: 'changing',
    steps: [
      { run: 'apply -f -', stdin: deployment(1, 'host/web:1'), says: /created/ },
      { run: 'label deployment web team=red', says: /labeled/ },
      { run: 'label deployment web team=blue', complains: /already has a value/ },
      { run: 'label deployment web team=blue --overwrite', says: /labeled/ },
      { run: 'label deployment web team-', says: /labeled|unlabeled/ },
      { run: 'annotate deployment web note=hello', says: /annotated?$/m },
      { run: 'patch deployment web -p {"spec":{"replicas":2}}', says: /patched/ },
      { run: 'patch deployment web --type=merge -p {"spec":{"replicas":3}}', says: /patched/ },
      {
        run: 'patch deployment web --type=json -p [{"op":"replace","path":"/spec/replicas","value":4}]',
        says: /patched/,
      },
      {
        run: 'patch deployment web --type=json -p [{"op":"replace","path":"/spec/nothing/there","value":4}]',
        complains: /the server rejected our request|doc is missing path/,
      },
      { run: 'patch deployment web -p {"spec":{"replicas":4}}', says: /patched \(no change\)/ },
      { run: 'scale deployment web --replicas=5', says: /scaled/ },
      {
        run: 'scale deployment web --current-replicas=1 --replicas=9',
        complains: /[Ee]xpected replicas to be 1, was 5/,
      },
      { run: 'get deployment web -o jsonpath={.spec.replicas}', says: /^5$/ },
      { run: 'set image deployment/web web=host/web:9', says: /image updated/ },
      { run: 'set env deployment/web A=b', says: /env updated/ },
      { run: 'edit deployment web', env: { EDITOR: 'sed -i s/web:9/web:10/' }, says: /edited/ },
      { run: 'get deployment web -o jsonpath={.spec.template.spec.containers[0].image}', says: /web:10/ },
      { run: 'rollout pause deployment web', says: /paused/ },
      { run: 'rollout resume deployment web', says: /resumed/ },
      { run: 'rollout restart deployment web', says: /restarted/ },
      { run: 'taint nodes --all a=b:NoSchedule' },
    ],
  },
  {
    name: 'deleting',
    steps: [
      { run: 'create configmap gone', says: /created/ },
      { run: 'delete configmap gone', says: /"gone" deleted/ },
      { run: 'delete configmap gone', complains: /not found/ },
      { run: 'delete configmap gone --ignore-not-found', exit: 0 },
      { run: 'apply -f -', stdin: deployment(0, 'host/web:1'), says: /created/ },
      { run: 'delete deployment web --cascade=orphan', says: /deleted/, needsControllers: true },
      { run: 'apply -f -', stdin: deployment(0, 'host/web:1'), says: /created/, needsControllers: true },
      { run: 'delete deployment web --cascade=foreground', says: /deleted/, needsControllers: true },
      { run: 'apply -f -', stdin: deployment(0, 'host/web:1'), says: /created/, needsControllers: true },
      { run: 'delete deployment web --cascade=background', says: /deleted/ },
      { run: 'create configmap a', says: /created/ },
      { run: 'create configmap b', says: /created/ },
      { run: 'delete configmaps --all --dry-run=server', says: /deleted.* \(server dry run\)/ },
      { run: 'delete configmap a b', says: /"b" deleted/ },
      { run: 'run idle --image=host/idle', says: /created/ },
      { run: 'delete pod idle --grace-period=1 --wait=false', says: /deleted/ },
      { run: 'delete pod idle --force --grace-period=0 --ignore-not-found', exit: 0 },
      { run: 'create namespace deleting-too', says: /created/ },
      { run: 'create configmap inside -n deleting-too', says: /created/ },
      { run: 'delete namespace deleting-too', says: /deleted/, needsControllers: true },
      { run: 'get namespace deleting-too', complains: /not found/, needsControllers: true },
    ],
  },
  {
    name: 'custom-resources',
    steps: [
      { run: 'apply -f -', stdin: crd, says: /kettles.walk.example.com created/ },
      { run: 'wait --for=condition=Established crd/kettles.walk.example.com --timeout=10s', says: /condition met/ },
      { run: 'apply -f -', stdin: kettle(2), says: /kettle.walk.example.com\/big created/ },
      { run: 'get kettles', says: /^NAME +LITRES\nbig +2$/m },
      { run: 'get ktl big -o jsonpath={.spec.colour}', says: /^steel$/ },
      { run: 'get kitchen', says: /^big/m },
      { run: 'explain kettle.spec.litres', says: /How much it holds/ },
      { run: 'apply -f -', stdin: kettle(200), complains: /should be less than or equal to 20/ },
      { run: 'apply -f -', stdin: kettle('lots'), complains: /must be of type integer|got string/ },
      { run: 'scale kettle big --replicas=3', says: /scaled/ },
      {
        run: 'patch kettle big --subresource=status --type=merge -p {"status":{"phase":"Hot"}}',
        says: /patched/,
        since: 24,
      },
      { run: 'wait --for=jsonpath={.status.phase}=Hot kettle/big --timeout=5s', says: /condition met/, since: 24 },
      {
        run: 'patch kettle big -p {"spec":{"litres":3}}',
        complains: /strategic|UnsupportedMediaType|unknown format|supported/,
      },
      { run: 'patch kettle big --type=merge -p {"spec":{"litres":3}}', says: /patched/ },
      { run: 'delete kettle big', says: /deleted/ },
      { run: 'delete crd kettles.walk.example.com', says: /deleted/ },
      { run: 'get kettles', complains: /doesn't have a resource type|could not find the requested resource|not found/ },
    ],
  },
  {
    name: 'permissions',
    steps: [
      { run: 'auth can-i create pods', says: /^yes$/m },
      { run: 'auth can-i --list', says: /\*\.\* +\[\]/ },
      { run: 'create serviceaccount robot', says: /created/ },
      { run: 'create token robot', says: /^ey[\w-]+\.[\w-]+\.[\w-]+$/m, since: 24 },
      { run: 'create token robot --duration=1h --audience=https://elsewhere', says: /^ey/m, since: 24 },
      { run: 'auth can-i get pods --as=system:serviceaccount:permissions:robot', says: /^no/m, exit: 1 },
      {
        run: 'get pods --as=system:serviceaccount:permissions:robot',
        complains:
          /pods is forbidden: User "system:serviceaccount:permissions:robot" cannot list resource "pods" in API group "" in the namespace "permissions"/,
      },
      { run: 'create rolebinding sees --clusterrole=view --serviceaccount=permissions:robot', says: /created/ },
      {
        run: 'auth can-i get pods --as=system:serviceaccount:permissions:robot',
        says: /^yes$/m,
        needsControllers: true,
      },
      {
        run: 'get pods --as=system:serviceaccount:permissions:robot',
        complains: /No resources found/,
        exit: 0,
        needsControllers: true,
      },
      { run: 'auth whoami', says: /Username/, since: 28 },
      {
        run: 'auth reconcile -f -',
        stdin:
          'apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: made, namespace: permissions}\nrules: [{apiGroups: [""], resources: [pods], verbs: [get]}]\n',
        says: /reconciled/,
      },
    ],
  },
  {
    name: 'quota-and-limits',
    steps: [
      { run: 'create quota team --hard=pods=2,requests.cpu=1,count/configmaps=3', says: /resourcequota\/team created/ },
      { run: 'describe quota team', says: /requests.cpu +0 +1/, needsControllers: true },
      {
        run: 'run silent --image=web',
        complains: /failed quota: team: must specify requests.cpu for: silent/,
        needsControllers: true,
      },
      { run: 'apply -f -', stdin: limitRange, says: /limitrange\/defaults created/ },
      { run: 'describe limitrange defaults', says: /Container +cpu +- +1 +600m +700m/ },
      { run: 'run web --image=web', says: /pod\/web created/ },
      { run: 'get pod web -o jsonpath={.spec.containers[0].resources.requests.cpu}', says: /^600m$/ },
      {
        run: 'run more --image=web',
        complains:
          /exceeded quota: team, requested: requests.cpu=600m, used: requests.cpu=600m, limited: requests.cpu=1/,
        needsControllers: true,
      },
      { run: 'describe quota team', says: /pods +1 +2/, needsControllers: true },
      { run: 'delete pod web --now', says: /deleted/, needsControllers: true },
      { run: 'run more --image=web', says: /created/, needsControllers: true },
    ],
  },
  {
    name: 'pod-security',
    steps: [
      { run: 'run early --image=web', says: /created/ },
      {
        run: 'label namespace pod-security pod-security.kubernetes.io/enforce=restricted',
        says: /labeled/,
        complains:
          /early: allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile/,
        exit: 0,
      },
      { run: 'run late --image=web', complains: /violates PodSecurity "restricted:latest": allowPrivilegeEscalation/ },
      {
        run: 'create deployment web --image=web',
        says: /created/,
        complains: /Warning: would violate PodSecurity "restricted:latest"/,
        exit: 0,
      },
      {
        run: 'label namespace pod-security --overwrite pod-security.kubernetes.io/enforce=hard',
        complains: /must be one of privileged, baseline, restricted/,
      },
    ],
  },
]
