/** The ports of a service. Source: kubernetes validateServicePort, validateService. */
import {
  child,
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  index,
  invalid,
  required,
} from '../../../field-error.ts'
import { checkLabel, checkLabelKey } from '../../../names.ts'
import type { ServicePort, ServiceSpec } from '../../../types/core-v1.ts'
import { validatePortNumber, validatePortNumberOrName, validateProtocol } from '../port-rules.ts'

const PATH = 'spec.ports'

/** What is wrong with each port. Names are wanted where there are several ports. */
export const validatePorts = ({ ports = [] }: ServiceSpec): FieldError[] =>
  ports.flatMap((port, at) => validatePort(port, index(PATH, at), ports, at))

function validatePort(
  { name, port, protocol, targetPort = 0, appProtocol }: ServicePort,
  path: FieldPath,
  all: readonly ServicePort[],
  at: number,
): FieldError[] {
  const isTaken = all.slice(0, at).some((other) => other.name === name)
  return [
    ...(name
      ? [
          ...checkLabel(name).map((why) => invalid(child(path, 'name'), name, why)),
          ...(isTaken ? [duplicate(child(path, 'name'), name)] : []),
        ]
      : all.length > 1
        ? [required(child(path, 'name'))]
        : []),
    ...validatePortNumber(port, child(path, 'port')),
    ...validateProtocol(protocol, child(path, 'protocol')),
    ...validatePortNumberOrName(targetPort, child(path, 'targetPort')),
    ...(appProtocol === undefined
      ? []
      : checkLabelKey(appProtocol).map((why) => invalid(child(path, 'appProtocol'), appProtocol, why))),
  ]
}

/** What is wrong with ports taken together: a port, and a port of the nodes, is there once for each protocol. */
export function validatePortsTogether({ type, ports = [] }: ServiceSpec): FieldError[] {
  const isRepeated = (field: 'port' | 'nodePort', at: number) =>
    ports.slice(0, at).some((other) => other[field] === ports[at]?.[field] && other.protocol === ports[at]?.protocol)
  return [
    ...(type === 'ClusterIP' ? ports : []).flatMap(({ nodePort }, at) =>
      nodePort ? [forbidden(child(index(PATH, at), 'nodePort'), "may not be used when `type` is 'ClusterIP'")] : [],
    ),
    ...ports.flatMap(({ nodePort }, at) =>
      nodePort && isRepeated('nodePort', at) ? [duplicate(child(index(PATH, at), 'nodePort'), nodePort)] : [],
    ),
    ...ports.flatMap((port, at) => (isRepeated('port', at) ? [duplicate(index(PATH, at), sayPort(port))] : [])),
  ]
}

/** As Go shows a port of which nothing else is said. */
const sayPort = ({ protocol = '', port }: ServicePort) => ({
  Name: '',
  Protocol: protocol,
  AppProtocol: null,
  Port: port,
  TargetPort: 0,
  NodePort: 0,
})
