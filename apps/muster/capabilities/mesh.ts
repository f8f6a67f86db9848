/** Services that live on more than one network. */
import { text } from '../terminal/language.ts'
import { notYet, type System } from './capability.ts'

/** Service mesh and network planes, as asked for by its users. */
export const MESH: System = {
  number: 2,
  name: text('Service mesh and network planes', '服务网格与网络平面'),
  promise: text(
    'For every address and port it is known who listens there and why, and no flow is lost in silence.',
    '每个地址和端口由谁监听、为什么，都有答案；不会悄悄丢失任何流量。',
  ),
  capabilities: [
    notYet(
      'Workloads on several separate network planes, each with its own addresses',
      '工作负载接入多个相互隔离的网络平面，各有地址',
      'kubectl get networkplanes',
    ),
    notYet(
      'Manifests that name no plane run unchanged on the default one',
      '未指定平面的清单无需修改，运行在默认平面',
      'kubectl apply -f app.yaml',
    ),
    notYet(
      'Services on different planes reach each other through proxies, planes kept apart',
      '不同平面的服务经代理互通，平面之间保持隔离',
      'muster tour 2',
    ),
    notYet(
      'A configuration that would send a proxy its own traffic is refused before it is pushed',
      '会让代理把流量发给自己的配置，在下发前被拒绝',
      'muster plan -f plane.yaml',
    ),
    notYet(
      'HTTP and TCP on one port both work, or the loser is named with the reason',
      '同一端口上的 HTTP 与 TCP 都能工作，否则说明谁被放弃及原因',
      'muster why listener/PROXY/PORT',
    ),
    notYet(
      'Sharded backends such as Redis and Kafka get the connection that the client chose',
      'Redis、Kafka 等分片后端得到客户端选定的连接',
      'kubectl get protocolroutes',
    ),
    notYet(
      'Addresses that stay with a workload across restarts',
      '工作负载重启后地址不变',
      'kubectl get workloadendpoints',
    ),
    notYet(
      'Service classes: under overload the higher class is served first',
      '服务等级：过载时优先服务更高等级',
      'kubectl get httproutes',
    ),
    notYet('Network quota per tenant', '按租户的网络配额', 'kubectl get quotapools'),
  ],
}
