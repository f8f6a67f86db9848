/** What kubectl is told to do, while its requests are recorded. */

/** One command: its words, without the namespace, and what it reads from its standard input. */
export interface Command {
  readonly words: string
  readonly input?: string
  /** What kube-apiserver needs beforehand to notice an earlier command; a moment when absent. */
  readonly pauseMs?: number
}

/** Commands that follow each other in one namespace. */
export interface Session {
  readonly name: string
  readonly commands: readonly Command[]
}

const run = (words: string, input?: string): Command => ({ words, ...(input !== undefined && { input }) })

const MAP = (value: string): string => `
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  level: "${value}"
`

const DEPLOYMENT = (image: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: main
        image: ${image}
        ports: [{containerPort: 80}]
`

const DEFINITION = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: castles.kubectl.example.test}
spec:
  group: kubectl.example.test
  scope: Namespaced
  names: {plural: castles, kind: Castle, shortNames: [ca]}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {towers: {type: integer}}}}}}
`

const CASTLE = (towers: string): string => `
apiVersion: kubectl.example.test/v1
kind: Castle
metadata: {name: keep}
spec: {towers: ${towers}}
`

/** The sessions, each a case of the topic. */
export const SESSIONS: readonly Session[] = [
  {
    name: 'looks around',
    commands: [
      run('version -o json'),
      run('api-versions'),
      run('api-resources'),
      run('cluster-info'),
      run('auth whoami'),
      run('auth can-i create pods'),
      run('auth can-i get pods --as jane'),
      run('auth can-i --list'),
      run('explain configmap.data'),
      run('get --raw /livez'),
      run('get ns kube-public -o yaml'),
    ],
  },
  {
    name: 'makes things',
    commands: [
      run('create configmap c --from-literal=a=1'),
      run('create secret generic s --from-literal=a=1'),
      run('create serviceaccount robot'),
      run('create token robot --duration=10m'),
      run('create deployment d --image=example.test/d:1 --replicas=2'),
      run('create job j --image=example.test/j:1 -- true'),
      run('create cronjob cj --image=example.test/j:1 --schedule=@daily -- true'),
      run('create job from-cron --from=cronjob/cj'),
      run('create service clusterip svc --tcp=80:8080'),
      run('create ingress i --rule=a.example.test/*=svc:80'),
      run('create quota q --hard=pods=5'),
      run('create poddisruptionbudget p --selector=app=d --min-available=1'),
      run('create role r --verb=get --resource=pods'),
      run('create rolebinding rb --role=r --user=jane'),
      run('run pod --image=example.test/p:1 --restart=Never'),
      run('expose deployment d --port=80'),
      run('autoscale deployment d --min=1 --max=3 --cpu=50%'),
      run('get configmaps,secrets,services'),
      run('get deploy d -o wide'),
      run('get pods -l run=pod -o json'),
      run('get all'),
      run('get pods --field-selector status.phase=Pending --sort-by .metadata.name'),
      run('describe configmap c'),
      run('describe deployment d'),
      run('describe pod pod'),
      run('logs pod'),
      run('delete configmap c'),
      run('delete pod pod --now'),
      run('delete deployment,job,cronjob --all'),
      run('delete secret none'),
      run('delete secret none --ignore-not-found'),
    ],
  },
  {
    name: 'applies and changes',
    commands: [
      run('apply -f -', MAP('1')),
      run('apply -f -', MAP('1')),
      run('apply -f -', MAP('2')),
      run('diff -f -', MAP('3')),
      run('apply --server-side -f -', MAP('3')),
      run('apply --server-side -f -', MAP('4')),
      run('replace -f -', MAP('5')),
      run('apply -f -', DEPLOYMENT('example.test/web:1')),
      run('apply -f -', DEPLOYMENT('example.test/web:2')),
      run('apply --dry-run=server -f -', DEPLOYMENT('example.test/web:3')),
      run('set image deployment/web main=example.test/web:4'),
      run('set env deployment/web A=1'),
      run('set resources deployment/web --limits=cpu=1'),
      run('scale deployment web --replicas=3'),
      run('scale deployment web --current-replicas=9 --replicas=3'),
      run('rollout restart deployment/web'),
      run('rollout pause deployment/web'),
      run('rollout history deployment/web'),
      run('label deployment web tier=front'),
      run('label deployment web tier=back'),
      run('annotate deployment web note=x'),
      run('patch deployment web -p {"spec":{"minReadySeconds":1}}'),
      run('patch deployment web --type=merge -p {"spec":{"minReadySeconds":2}}'),
      run('patch deployment web --type=json -p [{"op":"remove","path":"/spec/minReadySeconds"}]'),
      run('patch deployment web --subresource=scale --type=merge -p {"spec":{"replicas":1}}'),
      run('get deployment web --subresource=status'),
      run('apply view-last-applied deployment/web'),
      run('create -f -', MAP('6')),
      run('apply -f -', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: odd}\nunknown: 1\n'),
      run('delete -f -', DEPLOYMENT('example.test/web:1')),
    ],
  },
  {
    name: 'keeps nodes',
    commands: [
      run('create -f -', 'apiVersion: v1\nkind: Node\nmetadata: {name: kubectl-node}\n'),
      run('get nodes kubectl-node'),
      run('cordon kubectl-node'),
      run('taint node kubectl-node a=b:NoSchedule'),
      run('drain kubectl-node'),
      run('uncordon kubectl-node'),
      run('describe node kubectl-node'),
      run('delete node kubectl-node'),
    ],
  },
  {
    name: 'knows kinds of users',
    commands: [
      run('apply -f -', DEFINITION),
      run('wait --for=create crd/castles.kubectl.example.test --timeout=2s'),
      // Its OpenAPI document is made a while after the kind is served.
      { ...run('apply -f -', CASTLE('1')), pauseMs: 5_000 },
      run('apply -f -', CASTLE('2')),
      run('apply --server-side -f -', CASTLE('x')),
      run('get ca'),
      run('explain castle.spec'),
      run('patch castle keep --type=merge -p {"spec":{"towers":5}}'),
      run('patch castle keep -p {"spec":{"towers":6}}'),
      run('delete castle keep'),
      run('delete crd castles.kubectl.example.test --wait=false'),
    ],
  },
]
