/** Databases for people who do not run them. */
import { text } from '../terminal/language.ts'
import { notYet, type System } from './capability.ts'

/** Managed and serverless databases, as asked for by its users. */
export const DATABASES: System = {
  number: 6,
  name: text('Managed and serverless databases', '托管与无服务器数据库'),
  promise: text(
    'Every step of metering, billing and expiry happens exactly once, and what cannot be undone is announced.',
    '计量、计费与到期的每一步恰好发生一次，不可逆的操作事先通知。',
  ),
  capabilities: [
    notYet(
      'A database instance with an address and a password in minutes',
      '几分钟内得到带地址和密码的数据库实例',
      'kubectl apply -f instance.yaml',
    ),
    notYet(
      'Scale a role out, in, up and its disk, with the price shown first',
      '按角色扩缩节点、规格与磁盘，先显示价格',
      'muster plan -f instance.yaml',
    ),
    notYet('Users, privileges, password resets', '用户、权限与密码重置', 'kubectl get databaseusers'),
    notYet(
      'Parameters with defaults, ranges, and whether they need a restart',
      '带默认值、范围和是否需要重启标记的参数',
      'kubectl explain databaseinstance.spec.parameters',
    ),
    notYet(
      'Scheduled and manual backups; restore into another instance',
      '定时与手动备份；恢复到另一个实例',
      'kubectl apply -f restore.yaml',
    ),
    notYet(
      'Roll back to a moment within the retained window',
      '回滚到保留窗口内的任意时刻',
      'muster db rollback NAME --to TIME',
    ),
    notYet('A serverless edition that scales to zero and back', '可缩到零再恢复的无服务器版本', 'muster tour 6'),
    notYet('Hourly bills, each usage counted exactly once', '按小时计费，每份用量恰好计一次', 'kubectl get bills'),
    notYet(
      'Notices, stop and reclaim on a published calendar; renewal restores',
      '按公布的日历通知、停机与回收；续费即恢复',
      'muster plan --for 30d',
    ),
    notYet(
      'Warnings by webhook and mail before a cap cuts anything',
      '达到上限之前通过 webhook 和邮件预警',
      'kubectl get notificationchannels',
    ),
  ],
}
