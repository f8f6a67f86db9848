/**
 * Metrics as the annotations of an autoscaler's first version carry them: other names, and no target of its own.
 * Source: kubernetes pkg/apis/autoscaling/v1 conversion.go, api autoscaling/v1 MetricSpec and MetricStatus.
 */
import type { Json, JsonObject } from '../../../object.ts'
import { isObject } from '../../../schema/json.ts'
import type { MetricSpec, MetricStatus } from '../../../types/autoscaling-v2.ts'

/** Where a value is in the second version: the names on the way to it. */
type Place = readonly string[]
/** The fields of a source in the first version, in the order of the text, and where the second has them. */
type Fields = Readonly<Record<string, { readonly at: Place; readonly always?: Json }>>

const METRIC_NAME: Place = ['metric', 'name']
const SELECTOR: Place = ['metric', 'selector']
const DESCRIBED: Place = ['describedObject']
const target = (field: string): Place => ['target', field]
const current = (field: string): Place => ['current', field]

const OF_RESOURCE: Fields = {
  name: { at: ['name'], always: '' },
  targetAverageUtilization: { at: target('averageUtilization') },
  targetAverageValue: { at: target('averageValue') },
}
const SPECS: Readonly<Record<string, Fields>> = {
  object: {
    target: { at: DESCRIBED },
    metricName: { at: METRIC_NAME, always: '' },
    targetValue: { at: target('value'), always: '0' },
    selector: { at: SELECTOR },
    averageValue: { at: target('averageValue') },
  },
  pods: {
    metricName: { at: METRIC_NAME, always: '' },
    targetAverageValue: { at: target('averageValue'), always: '0' },
    selector: { at: SELECTOR },
  },
  resource: OF_RESOURCE,
  containerResource: { ...OF_RESOURCE, container: { at: ['container'], always: '' } },
  external: {
    metricName: { at: METRIC_NAME, always: '' },
    metricSelector: { at: SELECTOR },
    targetValue: { at: target('value') },
    targetAverageValue: { at: target('averageValue') },
  },
}

const CURRENT_OF_RESOURCE: Fields = {
  name: { at: ['name'], always: '' },
  currentAverageUtilization: { at: current('averageUtilization') },
  currentAverageValue: { at: current('averageValue'), always: '0' },
}
const STATUSES: Readonly<Record<string, Fields>> = {
  object: {
    target: { at: DESCRIBED },
    metricName: { at: METRIC_NAME, always: '' },
    currentValue: { at: current('value'), always: '0' },
    selector: { at: SELECTOR },
    averageValue: { at: current('averageValue') },
  },
  pods: {
    metricName: { at: METRIC_NAME, always: '' },
    currentAverageValue: { at: current('averageValue'), always: '0' },
    selector: { at: SELECTOR },
  },
  resource: CURRENT_OF_RESOURCE,
  containerResource: { ...CURRENT_OF_RESOURCE, container: { at: ['container'], always: '' } },
  external: {
    metricName: { at: METRIC_NAME, always: '' },
    metricSelector: { at: SELECTOR },
    currentValue: { at: current('value'), always: '0' },
    currentAverageValue: { at: current('averageValue') },
  },
}

/** A metric as the annotation says it. */
export const metricToV1 = (metric: MetricSpec): JsonObject => toV1(plain(metric), SPECS)
/** The present value of a metric as the annotation says it. */
export const statusToV1 = (status: MetricStatus): JsonObject => toV1(plain(status), STATUSES)
/** A metric of what the annotation said. */
export const metricOfV1 = (said: JsonObject): MetricSpec => withTargetTypes(fromV1(said, SPECS)) as never
/** The present value of a metric of what the annotation said. */
export const statusOfV1 = (said: JsonObject): MetricStatus => fromV1(said, STATUSES) as never

const plain = (value: MetricSpec | MetricStatus): JsonObject => JSON.parse(JSON.stringify(value))

function toV1(metric: JsonObject, sources: Readonly<Record<string, Fields>>): JsonObject {
  const said: JsonObject = { type: metric.type ?? '' }
  for (const [name, fields] of Object.entries(sources)) {
    const source = metric[name]
    if (!isObject(source)) continue
    const entries = Object.entries(fields).flatMap(([field, { at, always }]) => {
      const value = read(source as JsonObject, at) ?? always
      return value === undefined ? [] : [[field, value] as const]
    })
    said[name] = Object.fromEntries(entries)
  }
  return said
}

function fromV1(said: JsonObject, sources: Readonly<Record<string, Fields>>): JsonObject {
  const metric: JsonObject = { type: said.type ?? '' }
  for (const [name, fields] of Object.entries(sources)) {
    const source = said[name]
    if (!isObject(source)) continue
    const made: JsonObject = {}
    for (const [field, { at }] of Object.entries(fields)) {
      const value = (source as JsonObject)[field]
      if (value !== undefined && value !== null) write(made, at, value)
    }
    metric[name] = made
  }
  return metric
}

/** What is aimed at says of what sort it is; the first version only shows it by which field is there. */
function withTargetTypes(metric: JsonObject): JsonObject {
  for (const name of Object.keys(SPECS)) {
    const source = metric[name]
    if (!isObject(source)) continue
    const aim = isObject(source.target) ? (source.target as JsonObject) : {}
    const { averageUtilization, averageValue, value } = aim
    const isZero = value === '0' || value === 0
    if (name === 'object' && averageValue !== undefined && isZero) delete aim.value
    source.target = { type: typeOfTarget(name, { averageUtilization, averageValue, value }), ...aim }
  }
  return metric
}

function typeOfTarget(source: string, aim: Readonly<Record<string, Json | undefined>>): string {
  switch (source) {
    case 'external':
      return aim.value === undefined ? 'AverageValue' : 'Value'
    case 'object':
      return aim.averageValue === undefined ? 'Value' : 'AverageValue'
    case 'pods':
      return 'AverageValue'
    default:
      return aim.averageUtilization === undefined ? 'AverageValue' : 'Utilization'
  }
}

function read(source: JsonObject, at: Place): Json | undefined {
  let found: Json | undefined = source
  for (const name of at) found = isObject(found) ? (found as JsonObject)[name] : undefined
  return found
}

function write(made: JsonObject, [name = '', ...rest]: Place, value: Json): void {
  if (rest.length === 0) {
    made[name] = value
    return
  }
  const inner = isObject(made[name]) ? (made[name] as JsonObject) : {}
  made[name] = inner
  write(inner, rest, value)
}
