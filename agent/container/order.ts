/** What a driver is told of a container: everything looked up, nothing left to find out. Source: kubelet generateContainerConfig. */
import { countQuantity, parseQuantity } from '@muster/api/quantity.ts'
import type { Container, Pod, Service } from '@muster/api/types/core-v1.ts'
import { ControlError, isControlError } from '@muster/base/errors.ts'
import type { RunOrder } from '../driver.ts'
import type { HostNames } from '../network/names.ts'
import { orderedPod } from '../pod/desk.ts'
import type { StartTrouble } from '../pod/memory.ts'
import { mountsOf, podDirectory, type VolumeDeps } from '../volumes/volumes.ts'
import type { Surroundings } from './downward.ts'
import { environmentOf, referencesOfEnvironment } from './environment.ts'
import { expand } from './expand.ts'
import { commandLine, type ImageReading } from './image.ts'
import type { ReferenceNames, References } from './references.ts'
import { type Resolvers, resolverFile } from './resolver.ts'

/** What orders are made with. */
export interface OrderDeps {
  findImage(name: string): ImageReading
  /** Variables of every container that it may replace: PATH at least. */
  readonly environment: Readonly<Record<string, string>>
  readonly volumes: VolumeDeps
  find(namespace: string, names: ReferenceNames): Promise<References>
  servicesOf(namespace: string): Iterable<Service>
  namesIn(namespace: string): readonly HostNames[]
  readonly resolvers: Resolvers
}

/** Ready to be carried out, or what is in the way. */
export type Ordered =
  | { readonly ordered: true; readonly order: RunOrder }
  | ({ readonly ordered: false } & StartTrouble)

/** Source: core/v1 default of terminationMessagePath. */
const LAST_WORDS_PATH = '/dev/termination-log'

/** The order of a run. What is wrong with the container is answered; troubles of the machine are thrown. */
export async function orderOf(
  deps: OrderDeps,
  pod: Pod,
  container: Container,
  attempt: number,
  surroundings: Surroundings,
): Promise<Ordered> {
  const reading = deps.findImage(container.image ?? '')
  if (!reading.found) return { ordered: false, trouble: 'image', message: reading.message }
  try {
    checkUser(pod, container)
    const { namespace = '', uid = '' } = pod.metadata
    const references = await deps.find(namespace, referencesOfEnvironment(container))
    const services = deps.servicesOf(namespace)
    const own = environmentOf(pod, container, { ...surroundings, references, services })
    const [ip = ''] = surroundings.podIPs
    const who = orderedPod(pod, ip)
    const env = { ...deps.environment, HOSTNAME: who.hostname, POD_IP: ip, ...reading.image.env, ...own }
    const expanded = (texts: readonly string[] = []) => texts.map((text) => expand(text, (name) => own[name]))
    const command = commandLine(reading.image, { command: expanded(container.command), args: expanded(container.args) })
    const resolver = resolverFile(pod, deps.resolvers)
    const lastWords = await makeLastWords(deps, uid, container.name, attempt)
    const order: RunOrder = {
      run: { podUid: uid, container: container.name, attempt },
      pod: who,
      command,
      env,
      workingDirectory: container.workingDir || reading.image.workingDirectory || '',
      mounts: await mountsOf(deps.volumes, pod, container.volumeMounts ?? [], own),
      hosts: [...hostsOf(pod, ip), ...deps.namesIn(namespace)],
      ...(resolver === undefined ? {} : { resolver }),
      ...(pod.spec?.hostNetwork ? {} : { ports: portsOf(container) }),
      limits: limitsOf(container),
      ...userOf(pod, container),
      stdin: container.stdin ?? false,
      tty: container.tty ?? false,
      annotations: pod.metadata.annotations ?? {},
      terminationLog: { at: container.terminationMessagePath || LAST_WORDS_PATH, file: lastWords },
    }
    return { ordered: true, order }
  } catch (error) {
    if (!isControlError(error) || !['NotFound', 'Invalid'].includes(error.code)) throw error
    return { ordered: false, trouble: 'config', message: error.message }
  }
}

/** The file of the last words of a run. */
export const lastWordsFile = (root: string, podUid: string, container: string, attempt: number): string =>
  `${podDirectory(root, podUid)}/containers/${container}/${attempt}`

async function makeLastWords(
  { volumes }: OrderDeps,
  podUid: string,
  container: string,
  attempt: number,
): Promise<string> {
  const file = lastWordsFile(volumes.root, podUid, container, attempt)
  await volumes.files.makeDirectory(file.slice(0, file.lastIndexOf('/')))
  await volumes.files.write(file, new Uint8Array(0), 0o666)
  return file
}

/** The pod's own name and those that its spec adds. Source: kubelet managedHostsFileContent. */
function hostsOf(pod: Pod, ip: string): HostNames[] {
  const { hostname } = orderedPod(pod, ip)
  const { subdomain, hostAliases = [] } = pod.spec ?? {}
  const full = subdomain ? [`${hostname}.${subdomain}.${pod.metadata.namespace}.svc.cluster.local`] : []
  const own = ip === '' ? [] : [{ address: ip, names: [...full, hostname] }]
  return [...own, ...hostAliases.map(({ ip: address, hostnames = [] }) => ({ address, names: hostnames }))]
}

const portsOf = ({ ports = [] }: Container): readonly number[] =>
  ports.filter(({ protocol = 'TCP' }) => protocol === 'TCP').map(({ containerPort = 0 }) => containerPort)

function limitsOf({ resources }: Container): RunOrder['limits'] {
  const { cpu, memory } = resources?.limits ?? {}
  return {
    ...(cpu === undefined ? {} : { cpuMillis: Number(countQuantity(parseQuantity(cpu), -3)) }),
    ...(memory === undefined ? {} : { memoryBytes: Number(countQuantity(parseQuantity(memory))) }),
  }
}

function userOf({ spec }: Pod, { securityContext }: Container): Pick<RunOrder, 'user'> {
  const uid = securityContext?.runAsUser ?? spec?.securityContext?.runAsUser
  const gid = securityContext?.runAsGroup ?? spec?.securityContext?.runAsGroup
  return uid === undefined ? {} : { user: { uid, gid: gid ?? uid } }
}

function checkUser(pod: Pod, container: Container): void {
  const isNonRoot = container.securityContext?.runAsNonRoot ?? pod.spec?.securityContext?.runAsNonRoot ?? false
  if (!isNonRoot || userOf(pod, container).user?.uid !== 0) return
  const { name, namespace, uid } = pod.metadata
  const who = `(pod: "${name}_${namespace}(${uid})", container: ${container.name})`
  throw new ControlError('Invalid', `container's runAsUser breaks non-root policy ${who}`)
}
