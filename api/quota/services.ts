/** How services are counted: how many, with how many ports of the nodes. Source: kubernetes pkg/quota/v1/evaluator/core/services.go. */
import type { KubeObject } from '../object.ts'
import { quantityOf } from '../quantity.ts'
import type { Service } from '../types/core-v1.ts'
import { type Counter, countName, oneOfEach } from './counter.ts'

const COUNT = countName({ group: '', resource: 'services' })
const NODE_PORTS = 'services.nodeports'
const BALANCERS = 'services.loadbalancers'
const NAMES = [COUNT, 'services', NODE_PORTS, BALANCERS]

/** Of services. */
export const serviceCounter: Counter = {
  counts: (name) => NAMES.includes(name),
  usage(object) {
    if (!isService(object)) return new Map()
    return oneOfEach(COUNT, 'services')
      .set(NODE_PORTS, quantityOf(nodePortsOf(object)))
      .set(BALANCERS, quantityOf(object.spec?.type === 'LoadBalancer' ? 1 : 0))
  },
}

const isService = (object: KubeObject): object is Service => object.kind === 'Service' && object.apiVersion === 'v1'

function nodePortsOf({ spec = {} }: Service): number {
  const ports = spec.ports ?? []
  if (spec.type === 'NodePort') return ports.length
  if (spec.type !== 'LoadBalancer') return 0
  return spec.allocateLoadBalancerNodePorts === false ? ports.filter(({ nodePort }) => nodePort).length : ports.length
}
