/** What leads, and what happens when it stops. */
import { text } from '../terminal/language.ts'
import { notYet, type System } from './capability.ts'

/** Metadata high availability, as asked for by its users. */
export const HIGH_AVAILABILITY: System = {
  number: 4,
  name: text('Metadata high availability', '元数据高可用'),
  promise: text(
    'No two leaders ever have an effect at once, whatever clocks, pauses and networks do.',
    '无论时钟、停顿和网络如何，都不会有两个主同时产生作用。',
  ),
  capabilities: [
    notYet(
      'One leader at a time, elected over the store',
      '在存储之上选主，同一时刻只有一个主',
      'muster election NAME',
    ),
    notYet(
      'Every write of a leader is fenced: a deposed one is refused',
      '主的每次写入都带围栏：被取代的主会被拒绝',
      'muster tour 4',
    ),
    notYet(
      'A clean stop hands over at once; a power loss within the lease',
      '正常停止立即交接；断电在租约时间内交接',
      'muster tour 4 --fault power-loss',
    ),
    notYet(
      'Standbys queue up: one departure wakes one of them, not all',
      '备机排队等待：一个离开只唤醒一个，而不是全部',
      'muster election NAME --watch',
    ),
    notYet(
      'A leader cut off from the store is replaced, and its late writes change nothing',
      '与存储断开的主会被替换，它迟到的写入不起作用',
      'muster tour 4 --fault partition',
    ),
    notYet(
      'All leases lost at once still ends in exactly one leader',
      '所有租约同时丢失后，最终仍恰好只有一个主',
      'muster tour 4 --fault store-election',
    ),
    notYet(
      'Nothing changes when the store itself elects quickly or loses a follower',
      '存储自身快速换主或丢失从节点时，一切不变',
      'muster tour 4 --fault store-follower',
    ),
    notYet(
      'A new leader acts only when it has seen all that the old one did',
      '新主看到旧主的全部写入之后才开始行动',
      'muster why election/NAME',
    ),
  ],
}
