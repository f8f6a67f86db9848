/** Reads the `generated.proto` of a package: its messages with their fields' numbers and types. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One field of a message. */
export interface ProtoField {
  readonly name: string
  readonly number: number
  readonly label: 'optional' | 'repeated' | 'map'
  /** A scalar of protobuf, or the full name of a type: `io.k8s.api.core.v1.Pod`. Of the values, for a map. */
  readonly type: string
}

/** Messages by the full names of their types. */
export type ProtoMessages = ReadonlyMap<string, readonly ProtoField[]>

const SCALARS: ReadonlySet<string> = new Set(['string', 'bytes', 'bool', 'int32', 'int64', 'uint32', 'double'])

/** Reads the messages of the package in a folder; none when it has no protobuf, as that of version.Info. */
export function readProto(folder: string): ProtoMessages {
  const path = join(folder, 'generated.proto')
  return existsSync(path) ? parseProto(readFileSync(path, 'utf8')) : new Map()
}

/** Reads the text of one file. Throws on a type of scalar that no codec here knows. */
export function parseProto(text: string): ProtoMessages {
  const package_ = /^package ([\w.]+);/m.exec(text)?.[1] ?? ''
  const messages = new Map<string, readonly ProtoField[]>()
  for (const [, name = '', body = ''] of text.matchAll(/^message (\w+) \{\n([\s\S]*?)^\}/gm)) {
    messages.set(
      typeNameOf(`${package_}.${name}`),
      [...body.matchAll(FIELD)].map(({ groups = {} }) => ({
        name: groups.name ?? '',
        number: Number(groups.number),
        label: groups.value ? 'map' : groups.label === 'repeated' ? 'repeated' : 'optional',
        type: resolve(groups.value ?? groups.type ?? '', package_),
      })),
    )
  }
  return messages
}

const FIELD =
  /^ {2}(?:(?<label>optional|repeated) (?<type>[\w.]+)|map<string, (?<value>[\w.]+)>) (?<name>\w+) = (?<number>\d+);/gm

function resolve(type: string, package_: string): string {
  if (SCALARS.has(type)) return type
  if (/^[a-z]/.test(type)) throw new TypeError(`${package_} has a field of type ${type}, which no codec here knows`)
  return typeNameOf(type.startsWith('.') ? type.slice(1) : `${package_}.${type}`)
}

/** `k8s.io.api_server.X` in protobuf is `io.k8s.api-server.X` where OpenAPI names it. */
const typeNameOf = (name: string): string => name.replace(/^k8s\.io\./, 'io.k8s.').replaceAll('_', '-')
