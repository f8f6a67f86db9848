/** What proxies are told, and in which words. */
import { text } from '../terminal/language.ts'
import { notYet, type System } from './capability.ts'

/** Traffic and protocol extension, as asked for by its users. */
export const TRAFFIC: System = {
  number: 9,
  name: text('Traffic and protocol extension', '流量管理与协议扩展'),
  promise: text(
    'Thousands of proxies take constant change without a lost request, and any request can be explained.',
    '成千上万的代理在持续变更中不丢请求，任何一个请求都能解释去向。',
  ),
  capabilities: [
    notYet(
      'Routes, weights, subsets and failover in the words of the Gateway API',
      '用 Gateway API 描述路由、权重、子集与故障转移',
      'kubectl apply -f route.yaml',
    ),
    notYet(
      'Unmodified Envoy and gRPC clients served over xDS, whole state and delta',
      '以全量与增量 xDS 服务未修改的 Envoy 与 gRPC 客户端',
      'muster xds',
    ),
    notYet(
      'Pushed in safe order; a refused configuration keeps the last good one and is shown',
      '按安全顺序下发；被拒绝的配置保留上一个好的并显示出来',
      'muster xds status',
    ),
    notYet(
      'Retries, timeouts, mirroring, injected faults, outlier ejection',
      '重试、超时、镜像、故障注入与异常剔除',
      'muster tour 9',
    ),
    notYet(
      "Redis, Thrift, Dubbo and a user's own protocol routed by their own attributes",
      'Redis、Thrift、Dubbo 与自定义协议按自身属性路由',
      'kubectl get protocolroutes',
    ),
    notYet(
      'A route change never cuts a live connection',
      '路由变更不中断存活的连接',
      'kubectl get applicationprotocols',
    ),
    notYet(
      'Rate limits in each proxy and for all together; consistent hash by attribute',
      '单代理与全局限流；按属性一致性哈希',
      'kubectl get ratelimits',
    ),
    notYet(
      'Identities for mutual TLS, rotated without a dropped connection',
      '双向 TLS 身份，轮换时不断连接',
      'kubectl get workloadidentities',
    ),
    notYet(
      'Which proxies a change touches, before it is made',
      '变更之前就知道会影响哪些代理',
      'muster plan -f route.yaml',
    ),
    notYet('Why one request went where it went', '解释一个请求为什么去了那里', 'muster why request ID'),
  ],
}
