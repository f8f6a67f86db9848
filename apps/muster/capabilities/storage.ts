/** Stateful parts that other systems rest on. */
import { text } from '../terminal/language.ts'
import { notYet, type System } from './capability.ts'

/** Storage and middleware, as asked for by its users. */
export const STORAGE: System = {
  number: 7,
  name: text('Storage and middleware', '存储与中间件'),
  promise: text(
    'No step of a failover, upgrade or expansion goes below quorum, even if the operator dies in it.',
    '故障切换、升级与扩容的任何一步都不会低于法定数，即使控制器中途崩溃。',
  ),
  capabilities: [
    notYet(
      'A storage cluster from one description: block, file and object',
      '由一份描述得到块、文件与对象存储集群',
      'kubectl apply -f ceph.yaml',
    ),
    notYet(
      'A monitor that stays away is replaced, only while there is quorum',
      '失联的监控节点会被替换，且仅在有法定数时进行',
      'muster tour 7',
    ),
    notYet(
      'Upgrade daemon by daemon, asking each time whether it may stop',
      '逐个守护进程升级，每次先确认可以停止',
      'muster plan -f ceph.yaml',
    ),
    notYet(
      'Disks added and removed, removed only when their data is safe elsewhere',
      '增减磁盘；数据安全迁走之后才移除',
      'kubectl get cephclusters',
    ),
    notYet(
      'Drains allowed in one failure domain at a time until data is clean',
      '同一时刻只允许一个故障域被排空，直到数据完好',
      'kubectl get budgets',
    ),
    notYet('Warnings and brakes as space runs out', '空间不足时逐级告警与限制', 'kubectl get incidents'),
    notYet(
      'Deletion that needs the name typed out, and refuses while volumes exist',
      '删除需输入确认语，仍有卷时拒绝',
      'muster storage destroy NAME',
    ),
    notYet(
      'Buckets on request, with their credentials, served through faults',
      '按需提供存储桶与凭据，故障期间持续可用',
      'kubectl apply -f bucket-claim.yaml',
    ),
    notYet(
      'Positions of vehicles taken in at rate, asked for live and as a track',
      '高速写入车辆位置，支持实时与轨迹查询',
      'kubectl get timeseriesstores',
    ),
    notYet(
      'Old data moved to cheaper storage and still answered by the same query',
      '旧数据移到更便宜的存储，仍由同一查询回答',
      'kubectl describe timeseriesstore NAME',
    ),
  ],
}
