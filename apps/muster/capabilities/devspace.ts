/** Writing code against a running cluster. */
import { text } from '../terminal/language.ts'
import { notYet, type System } from './capability.ts'

/** Dev environments in the cluster, as asked for by its users. */
export const DEVSPACE: System = {
  number: 8,
  name: text('Dev environments in the cluster', '集群内开发环境'),
  promise: text(
    'Leaving, or crashing out of, a dev mode gives back exactly what was there, with what others changed meanwhile.',
    '退出或异常退出开发模式后，精确恢复原状，并保留他人期间的修改。',
  ),
  capabilities: [
    notYet(
      "A space of one's own over a shared base, ready in seconds",
      '基于共享基线的个人空间，几秒就绪',
      'muster dev create NAME',
    ),
    notYet('Saved code is live in under a second', '保存的代码一秒内生效', 'muster dev start SERVICE'),
    notYet(
      'Replace a workload, with the original kept and given back',
      '替换工作负载，保留并恢复原始定义',
      'muster tour 8',
    ),
    notYet(
      'Duplicate a workload beside the original',
      '在原工作负载旁复制一份',
      'muster dev start SERVICE --mode duplicate',
    ),
    notYet(
      "Requests with one's own header reach one's own copy, all others the base",
      '带自己请求头的请求到达自己的副本，其余到达基线',
      'muster dev start SERVICE --mode mesh',
    ),
    notYet(
      'A debugger attached, commands to run and reload',
      '附加调试器，运行与热重载命令',
      'muster dev debug SERVICE',
    ),
    notYet(
      'Files synced both ways or one way; a local file is never deleted',
      '双向或单向同步文件；绝不删除本地文件',
      'muster dev sync',
    ),
    notYet(
      'Port forwards that come back after a restart or a break',
      '重启或断线后自动恢复的端口转发',
      'muster dev forward SERVICE',
    ),
    notYet(
      'Limits per space, sleep when idle, roles for those who share it',
      '空间限额、空闲休眠、共享者的角色',
      'kubectl get devspaces',
    ),
    notYet('Which link of the chain is broken, said in words', '用文字说明链路的哪一环断了', 'muster dev doctor'),
  ],
}
