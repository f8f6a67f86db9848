/** Which object is meant: `TYPE NAME` or `TYPE/NAME`, as kubectl takes it, and its path on the server. */
import { same, text } from '../terminal/language.ts'
import { trouble } from '../trouble.ts'
import type { Kubectl } from './kubectl.ts'

/** One resource of the server. */
export interface ResourceType {
  readonly plural: string
  readonly shortNames: readonly string[]
  /** `apps/v1`. */
  readonly apiVersion: string
  readonly namespaced: boolean
  readonly kind: string
}

/** One object, or one collection where no name is given. */
export interface Target {
  readonly type: ResourceType
  readonly namespace: string
  readonly name: string
  /** Of the object or of the collection. */
  readonly path: string
  /** As the reader would name it: `deployments/web`. */
  readonly said: string
}

/** Splits `TYPE NAME` and `TYPE/NAME`. Throws MUS0101 for anything else. */
export function splitTarget(words: readonly string[]): { readonly type: string; readonly name: string } {
  const [first = '', second, ...more] = words
  const [type = '', name, ...rest] = first.split('/')
  if (more.length > 0 || rest.length > 0 || (name !== undefined && second !== undefined)) {
    throw trouble('MUS0101', {
      what: text(
        `wanted TYPE NAME or TYPE/NAME, found "${words.join(' ')}"`,
        `需要 TYPE NAME 或 TYPE/NAME，得到 "${words.join(' ')}"`,
      ),
      next: ['kubectl muster history deployment/web'],
    })
  }
  return { type, name: name ?? second ?? '' }
}

/** Finds what is meant. Throws MUS0305 for a type that the server does not serve. */
export async function findTarget(
  kubectl: Kubectl,
  asked: { readonly type: string; readonly name: string },
  where: { readonly namespace?: string; readonly allNamespaces?: boolean },
): Promise<Target> {
  const type = pick(readTypes(await kubectl.run(['api-resources'])), asked.type)
  if (!type) {
    throw trouble('MUS0305', {
      what: text(`the server has no resource type "${asked.type}"`, `服务器没有资源类型 "${asked.type}"`),
      next: ['kubectl api-resources'],
    })
  }
  const namespace =
    !type.namespaced || where.allNamespaces ? '' : (where.namespace ?? (await currentNamespace(kubectl)))
  const start = type.apiVersion.includes('/') ? `/apis/${type.apiVersion}` : `/api/${type.apiVersion}`
  const parts = [
    ...(namespace === '' ? [] : ['namespaces', namespace]),
    type.plural,
    ...(asked.name === '' ? [] : [asked.name]),
  ]
  return {
    type,
    namespace,
    name: asked.name,
    path: `${start}/${parts.map(encodeURIComponent).join('/')}`,
    said: asked.name === '' ? type.plural : `${type.plural}/${asked.name}`,
  }
}

/** That of kubectl's context. */
export async function currentNamespace(kubectl: Kubectl): Promise<string> {
  const said = await kubectl.run(['config', 'view', '--minify', '-o', 'jsonpath={.contexts[0].context.namespace}'])
  return said.trim() || 'default'
}

/** The table that `kubectl api-resources` prints. A resource without short names leaves its column blank. */
export function readTypes(table: string): ResourceType[] {
  const [head = '', ...lines] = table.split('\n')
  const starts = ['NAME', 'SHORTNAMES', 'API', 'NAMESPACED', 'KIND'].map((title) => head.indexOf(title))
  return lines.flatMap((line) => {
    if (line.trim() === '') return []
    const [plural = '', short = '', apiVersion = '', namespaced = '', kind = ''] = starts.map((start, at) =>
      line.slice(start, starts[at + 1]).trim(),
    )
    const shortNames = short === '' ? [] : short.split(',')
    return [{ plural, shortNames, apiVersion, namespaced: namespaced === 'true', kind: kind.split(/\s/)[0] ?? '' }]
  })
}

/** By plural, singular, short name or `plural.group`; the first that fits, as kubectl has it. */
function pick(types: readonly ResourceType[], word: string): ResourceType | undefined {
  const [name = '', ...rest] = word.toLowerCase().split('.')
  const group = rest.join('.')
  return types.find(
    (type) =>
      [type.plural, type.kind.toLowerCase(), ...type.shortNames].includes(name) &&
      (group === '' || groupOf(type) === group || type.apiVersion.split('/').reverse().join('.') === group),
  )
}

const groupOf = ({ apiVersion }: ResourceType): string =>
  apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''

/** An error about a target whose name is missing. */
export const nameMissing = (command: string) =>
  trouble('MUS0101', {
    what: text('which object? wanted TYPE NAME or TYPE/NAME', '哪个对象？需要 TYPE NAME 或 TYPE/NAME'),
    why: same('a name is missing'),
    next: [`kubectl muster ${command} deployment/web`],
  })
