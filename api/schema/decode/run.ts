/** What a decoding knows while it walks, and the words in which Go refuses a value. */
import { goNumber } from '../../go-text.ts'
import type { Json } from '../../object.ts'
import type { SchemaNode } from '../node.ts'
import { structNameOf, wayTo } from './go-type.ts'

/** One decoding on its way. */
export interface Run {
  /** The fields on the way, and the structs that hold them. */
  readonly names: string[]
  readonly holders: SchemaNode[]
  /** The same with the keys of maps and the indexes of lists between them: the path of an unknown field. */
  readonly steps: (string | number)[]
  /** Absent where unknown fields are dropped in silence. */
  unknown: Set<string> | undefined
  /** Names the struct in errors from within a type that decodes itself: Go names only the one outside. */
  outside: string | undefined
  /** The first value of a wrong type. Go goes on behind it. */
  wrong: string | undefined
  /** Where a type that decodes itself gave up. Go stops there, and forgets what was wrong before. */
  broken: string | undefined
}

/** Go stops listing unknown fields after so many. Source: sigs.k8s.io/json kubernetes_patch.go. */
export const UNKNOWN_MAX = 100

/** Notes a field that the struct does not have. */
export function noteUnknown({ steps, unknown }: Run, name: string): void {
  if (!unknown || unknown.size >= UNKNOWN_MAX) return
  let path = ''
  for (const step of steps) path += typeof step === 'number' ? `[${step}]` : path === '' ? step : `.${step}`
  unknown.add(path === '' ? name : `${path}.${name}`)
}

/** Notes a value of the wrong type. Answers undefined, which is what becomes of it. */
export function noteWrong(run: Run, value: Json, goType: string): undefined {
  run.wrong ??= sayWrong(run, value, goType)
}

/** Notes why a type that decodes itself gave up. */
export function noteBroken(run: Run, why: string): undefined {
  run.broken ??= why
}

/** `json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32`. */
export function sayWrong({ names, holders, outside }: Run, value: Json, goType: string): string {
  const given = sayGiven(value, goType)
  const holder = holders.at(-1)
  if (!holder) return `json: cannot unmarshal ${given} into Go value of type ${goType}`
  const way = names.flatMap((name, at) => wayTo(holders[at], name)).join('.')
  const struct = outside ?? structNameOf(holder)
  return `json: cannot unmarshal ${given} into Go struct field ${struct}.${way} of type ${goType}`
}

/** A number is told in full only where a number of another size or kind was wanted. */
function sayGiven(value: Json, goType: string): string {
  switch (typeof value) {
    case 'string':
      return 'string'
    case 'boolean':
      return 'bool'
    case 'number':
      return /^(?:int|float)\d+$/.test(goType) ? `number ${goNumber(value)}` : 'number'
    default:
      return Array.isArray(value) ? 'array' : 'object'
  }
}
