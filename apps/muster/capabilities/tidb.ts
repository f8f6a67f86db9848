/** A distributed SQL database, from deployment to the removal of a node. */
import { text } from '../terminal/language.ts'
import { notYet, type System } from './capability.ts'

/** TiDB operations, as asked for by its users. */
export const TIDB: System = {
  number: 3,
  name: text('TiDB operations', 'TiDB 运维'),
  promise: text(
    'A storage node is removed only when every replica is proved to have a place to go, and the removal finishes.',
    '只有证明每个副本都有去处，才会下线存储节点，并且一定能完成。',
  ),
  capabilities: [
    notYet(
      'A database cluster from a topology, checked before anything is installed',
      '按拓扑部署数据库集群，安装前先检查',
      'kubectl apply -f tidb.yaml',
    ),
    notYet(
      'Start, stop and restart in the right order of roles',
      '按角色的正确顺序启动、停止与重启',
      'muster db restart NAME',
    ),
    notYet('Scale out while serving', '在线扩容', 'kubectl scale databasecluster NAME'),
    notYet(
      'Scale in with a proof that it can finish, progress, and a way back',
      '缩容前证明可完成，显示进度，可以撤销',
      'muster plan -f tidb.yaml',
    ),
    notYet(
      'Rolling upgrade that moves leaders away first and waits for health',
      '滚动升级：先迁走 leader，再等待健康',
      'muster tour 3',
    ),
    notYet('TLS between all parts, and for clients', '组件之间以及客户端的 TLS', 'kubectl get databasecluster NAME'),
    notYet(
      'Placement by zone, rack and host, also over two regions and three sites',
      '按可用区、机架、主机放置副本，支持两地三中心',
      'muster why replica/NAME',
    ),
    notYet('Backup and restore', '备份与恢复', 'kubectl apply -f backup.yaml'),
    notYet(
      'Full import and incremental import that resume, with a comparison at the end',
      '可续传的全量与增量导入，最后做数据比对',
      'kubectl apply -f import.yaml',
    ),
    notYet(
      'Metrics and alerts with the levels that operators know',
      '运维熟悉的分级指标与告警',
      'kubectl get incidents',
    ),
    notYet(
      'Every procedure goes on after the control plane was killed in the middle of it',
      '控制面在过程中被杀死后，所有流程都能继续',
      'muster why databasecluster/NAME',
    ),
  ],
}
