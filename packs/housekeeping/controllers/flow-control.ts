/** Keeps the objects by which a server is shared; see `decide/flow-control.ts`. */
import type { FlowSchema, FlowSchemaCondition, PriorityLevelConfiguration } from '@muster/api/types/flowcontrol-v1.ts'
import type { ResourceClient } from '@muster/client/client.ts'
import type { ResourceRef } from '@muster/client/resource-ref.ts'
import { type Controller, type Verdict, waitForChange } from '@muster/runtime/controller.ts'
import { decideDangling, decideOwn, type FlowControlObject, type FlowControlStep } from '../decide/flow-control.ts'

/** What they need beyond the API. */
export interface FlowControlDeps {
  /** The levels and schemas that every cluster has. */
  readonly flowControl: readonly FlowControlObject[]
}

const group = { group: 'flowcontrol.apiserver.k8s.io', version: 'v1', namespaced: false }
const SCHEMAS: ResourceRef<FlowSchema> = { ...group, kind: 'FlowSchema', plural: 'flowschemas' }
const LEVELS: ResourceRef<PriorityLevelConfiguration> = {
  ...group,
  kind: 'PriorityLevelConfiguration',
  plural: 'prioritylevelconfigurations',
}

/** As managers of fields Kubernetes' own have these names. */
const PRODUCER = 'api-priority-and-fairness-config-producer-v1'
const CONSUMER = 'api-priority-and-fairness-config-consumer-v1'

/** Looks at priority levels, and tells the schemas that name one that has come or gone. */
export const priorityLevelController: Controller<FlowControlDeps> = {
  name: 'priority-level-controller',
  watches: LEVELS,
  only: { keep: 'names' },
  async reconcile(key, { client, clock, flowControl }): Promise<Verdict> {
    const levels = client.resource(LEVELS)
    const current = await levels.find(key)
    const own = flowControl.find((one) => one.kind === 'PriorityLevelConfiguration' && one.metadata.name === key.name)
    const steps = decideOwn(current, own?.kind === 'PriorityLevelConfiguration' ? own : undefined)
    for (const step of steps) await write(levels, step)
    const isThere = current !== undefined || steps.length > 0
    const schemas = client.resource(SCHEMAS)
    for (const schema of (await schemas.list()).items) {
      if (schema.spec?.priorityLevelConfiguration.name !== key.name) continue
      await tell(schemas, schema, decideDangling(schema, isThere, clock.now()))
    }
    return waitForChange
  },
}

/** Looks at flow schemas. */
export const flowSchemaController: Controller<FlowControlDeps> = {
  name: 'flow-schema-controller',
  watches: SCHEMAS,
  only: { keep: 'names' },
  async reconcile(key, { client, clock, flowControl }): Promise<Verdict> {
    const schemas = client.resource(SCHEMAS)
    const current = await schemas.find(key)
    const own = flowControl.find((one) => one.kind === 'FlowSchema' && one.metadata.name === key.name)
    // A schema that is written comes here again, and is told then.
    const steps = decideOwn(current, own?.kind === 'FlowSchema' ? own : undefined)
    for (const step of steps) await write(schemas, step)
    if (!current || steps.length > 0) return waitForChange
    const level = current.spec?.priorityLevelConfiguration.name ?? ''
    const found = await client.resource(LEVELS).find({ namespace: '', name: level })
    await tell(schemas, current, decideDangling(current, found !== undefined, clock.now()))
    return waitForChange
  },
}

async function write<T extends FlowControlObject>(
  resource: ResourceClient<T>,
  step: FlowControlStep<T>,
): Promise<unknown> {
  const options = { fieldManager: PRODUCER }
  return step.do === 'create' ? resource.create(step.object, options) : resource.update(step.object, options)
}

async function tell(
  schemas: ResourceClient<FlowSchema>,
  { apiVersion, kind, metadata: { name = '' } }: FlowSchema,
  condition: FlowSchemaCondition | undefined,
): Promise<void> {
  if (!condition) return
  const object: FlowSchema = { apiVersion, kind, metadata: { name }, status: { conditions: [condition] } }
  await schemas.apply(object, { fieldManager: CONSUMER, force: true, subresource: 'status' })
}
