/** Tens of clusters and hundreds of thousands of machines, kept as they are described. */
import { text } from '../terminal/language.ts'
import { notYet, partial, type System } from './capability.ts'

/** Fleet operations, as asked for by its users. */
export const FLEET: System = {
  number: 1,
  name: text('Fleet operations', '集群与机器运维'),
  promise: text(
    'A fault that strikes many machines at once does not turn automatic repair into an outage.',
    '大量机器同时故障时，自动修复不会演变成一次事故。',
  ),
  capabilities: [
    partial(
      'Existing clusters mirrored read-only: every change kept, with who and why, and read as one (missing: agents that dial out, audit webhooks as a source)',
      '以只读方式镜像现有集群：保留每次变化及其人与原因，并可作为整体读取（尚缺：主动外连的代理、以审计 webhook 为来源）',
      'muster connect --context NAME (docs/guides/connect.md)',
      'apps/muster/members/connect.real.test.ts',
    ),
    notYet(
      'Clusters as objects: create, upgrade, roll back and delete one by changing its description',
      '集群即对象：修改描述即可创建、升级、回滚、删除集群',
      'kubectl apply -f cluster.yaml',
    ),
    notYet(
      'Machines as objects: the versions wanted on each, and what it really runs',
      '机器即对象：每台机器想要的组件版本与实际运行的版本',
      'kubectl get machines',
    ),
    notYet(
      'A component that dies or drifts on a machine is put back without a new order',
      '机器上挂掉或偏移的组件会自动恢复，无需再次下发',
      'muster why machine/NAME',
    ),
    notYet(
      'Scheduling opens on a machine only when everything it needs has reported ready',
      '机器所需的各项条件都就绪后，才开放调度',
      'kubectl describe machine NAME',
    ),
    notYet(
      'Component releases cluster by cluster and batch by batch, stopped by an anomaly',
      '组件按集群、按批次发布，遇到异常自动停止',
      'muster plan -f rollout.yaml',
    ),
    notYet(
      'Faults found by agents and by probes from outside, collected as incidents',
      '由代理上报和外部探测共同发现故障，汇总为事件',
      'kubectl get incidents',
    ),
    notYet(
      'Repair in a closed loop: isolate, migrate, repair, verify, return; light cures first',
      '修复闭环：隔离、迁移、修复、验证、恢复；先用轻的手段',
      'muster tour 1',
    ),
    notYet(
      'One limiter for all risky operations, which trips rather than merely delays',
      '所有高危操作经过同一个限流器，超限即熔断而不只是延迟',
      'kubectl get healpolicies',
    ),
    notYet(
      'A zone that goes dark as a whole is taken for a network fault, and nothing is repaired',
      '整个可用区失联时判断为网络故障，不触发任何修复',
      'muster plan --fail zone/NAME',
    ),
    notYet(
      'Operations over 100,000 machines that resume after a crash and run on none twice',
      '对十万台机器的批量作业，崩溃后能继续，且每台不会执行两次',
      'kubectl get machineoperations',
    ),
    notYet(
      'A person asked before the disruptive half of a repair, where the owner wants that',
      '按需在修复的破坏性步骤之前请求人工授权',
      'muster approve incident/NAME',
    ),
  ],
}
