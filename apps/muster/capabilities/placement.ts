/** Where replicas live, and when they move. */
import { text } from '../terminal/language.ts'
import { notYet, type System } from './capability.ts'

/** Placement brain of a block store, as asked for by its users. */
export const PLACEMENT: System = {
  number: 10,
  name: text('Placement brain of a block store', '块存储的调度大脑'),
  promise: text(
    'After its own restart, from late and reordered reports, it never deletes the last good copy.',
    '自身重启之后，面对迟到乱序的报告，也绝不删除最后一份完好副本。',
  ),
  capabilities: [
    notYet(
      'The tree of pools, zones, servers and disks, with its rules kept',
      '池、可用区、服务器与磁盘的拓扑树及其规则',
      'kubectl get physicalpools',
    ),
    notYet(
      'Replica groups spread over zones, with the scatter that was asked for',
      '副本组跨可用区分布，满足所要求的散布度',
      'muster plan -f pool.yaml',
    ),
    notYet(
      'Volumes: create, extend, recycle, snapshot, clone',
      '卷：创建、扩容、回收、快照、克隆',
      'kubectl get volumes',
    ),
    notYet(
      'Heartbeats in, operators out in the reply, settled by epochs',
      '心跳上报，操作随回复下发，由 epoch 裁决',
      'kubectl get replicastores',
    ),
    notYet(
      'A restart of the control plane takes nobody for dead',
      '控制面重启不会把任何节点误判为离线',
      'muster tour 10 --fault restart',
    ),
    notYet(
      'A lost disk is healed; a lost server is told from lost disks',
      '丢失的磁盘会被修复；能区分服务器故障与磁盘故障',
      'muster tour 10',
    ),
    notYet(
      'Disks drained to retirement while clients read and write',
      '客户端读写期间把磁盘排空至退役',
      'kubectl get replicagroups',
    ),
    notYet(
      'Leaders and copies balanced, few moved, each move with its reason',
      '均衡 leader 与副本，移动少，每次移动都有理由',
      'muster why replicagroup/ID',
    ),
    notYet('Scans for damage in quiet hours', '在低峰时段巡检数据', 'kubectl describe logicalpool NAME'),
    notYet(
      'A million replica groups beating on one machine',
      '单机承载一百万个副本组的心跳',
      'npm run bench -- placement',
    ),
    notYet(
      'The published loss probabilities of copysets, reproduced',
      '复现公开的 copyset 数据丢失概率',
      'npm run bench -- loss',
    ),
  ],
}
