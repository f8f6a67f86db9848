/** Applications over many clusters and sites. */
import { text } from '../terminal/language.ts'
import { notYet, type System } from './capability.ts'

/** Multi-cluster release platform, as asked for by its users. */
export const DELIVERY: System = {
  number: 5,
  name: text('Multi-cluster release platform', '多集群发布平台'),
  promise: text(
    'A site switch moves data before traffic and can stop half-way in a consistent state.',
    '机房切换先切数据再切流量，并且可以停在一致的中间状态。',
  ),
  capabilities: [
    notYet(
      'One application over many clusters and cells, with differences where they are wanted',
      '一个应用分发到多个集群与单元，并允许按需差异化',
      'kubectl apply -f application.yaml',
    ),
    notYet(
      'A release is a revision; going back is releasing an older one',
      '发布即发布某个版本；回滚即发布更旧的版本',
      'kubectl get releases',
    ),
    notYet(
      'One pod in each cell first, then batches counted over the total',
      '先在每个单元发布一个，再按总数分批',
      'muster plan -f release.yaml',
    ),
    notYet(
      'Confirm, pause, stop by a metric, roll back in batches',
      '人工确认、暂停、按指标停止、分批回滚',
      'muster tour 5',
    ),
    notYet(
      'Releases of several applications in the order of their dependencies',
      '按依赖顺序发布多个应用',
      'kubectl get releasetrains',
    ),
    notYet(
      'Pods replaced in place, keeping their address, without losing a request',
      '原地升级，保持地址，不丢失请求',
      'kubectl describe release NAME',
    ),
    notYet(
      'Canary and blue-green that move real traffic',
      '真正切换流量的金丝雀与蓝绿发布',
      'kubectl get trafficshifts',
    ),
    notYet(
      'Site switch: data first, then traffic, each step reversible',
      '机房切换：先数据后流量，每一步可逆',
      'kubectl apply -f failover-plan.yaml',
    ),
    notYet('Freeze windows that cannot be gone round', '无法绕过的封网窗口', 'kubectl get changewindows'),
    notYet(
      'Status and events of every member cluster seen from the hub',
      '在中心看到每个成员集群的状态与事件',
      'muster why application/NAME',
    ),
    notYet(
      'A member works on while the hub is away, and loses nothing when it returns',
      '中心不可用时成员照常工作，恢复后不丢失任何东西',
      'muster plan --fail hub',
    ),
    notYet(
      'Quota, roles and audit that are the same in the console and in kubectl',
      '控制台与 kubectl 一致的配额、角色与审计',
      'kubectl get quotapools',
    ),
  ],
}
