/** The pages about the store: MUS02.. */
import { EXIT } from '../exit-codes.ts'
import { text } from '../terminal/language.ts'
import type { Page } from './page.ts'

/** Pages by code. */
export const STORE_PAGES = {
  MUS0201: {
    title: text('No store server answers', '没有存储服务器应答'),
    exit: EXIT.error,
    meaning: text(
      'Nothing listens at the address of the store server. If a write was under way, it may be durable or not.',
      '存储服务器的地址上没有任何监听者。如果当时有写入正在进行，它可能已持久化，也可能没有。',
    ),
    causes: text(
      'The server was not started, has stopped, or listens on another port.',
      '服务器没有启动、已经停止，或监听在其他端口。',
    ),
    cure: text(
      'Start it with `muster store serve`. For another address, use `--server URL` or the variable MUSTER_STORE.',
      '用 `muster store serve` 启动它。要使用其他地址，请用 `--server URL` 或环境变量 MUSTER_STORE。',
    ),
  },
  MUS0202: {
    title: text('Somebody changed it first', '已被他人先行修改'),
    exit: EXIT.conflict,
    meaning: text(
      'The write was to happen only if the key was as you last saw it, and it was not. Nothing was written.',
      '该写入仅在键与你上次看到的一致时才会执行，而它已经变了。没有写入任何内容。',
    ),
    causes: text(
      'Another writer came between your read and your write. The history of the key says who, and why.',
      '在你读取与写入之间有其他写入者。该键的历史会说明是谁、为什么。',
    ),
    cure: text(
      'Look with `muster store history KEY`, decide anew, and write with `--if-revision` of what you saw.',
      '用 `muster store history KEY` 查看，重新决定，再以看到的版本号用 `--if-revision` 写入。',
    ),
  },
  MUS0203: {
    title: text('No such key', '没有这个键'),
    exit: EXIT.error,
    meaning: text('The key does not exist, or did not exist at that revision.', '该键不存在，或在该修订号时不存在。'),
    causes: text(
      'It was never written, was deleted, or vanished with its lease.',
      '它从未被写入、已被删除，或随其租约一起消失。',
    ),
    cure: text(
      '`muster store history KEY` shows what it once was; `muster store get --prefix P` lists what there is.',
      '`muster store history KEY` 显示它曾经的内容；`muster store get --prefix P` 列出现有的键。',
    ),
  },
  MUS0204: {
    title: text('That part of history is no longer kept', '该段历史已不再保留'),
    exit: EXIT.error,
    meaning: text(
      'The revision lies below the horizon of the store. Reads and watches are exact at or above the horizon only.',
      '该修订号低于存储的水平线。只有在水平线及以上，读取与监听才是精确的。',
    ),
    causes: text('The store was compacted since.', '存储在此之后被压缩过。'),
    cure: text(
      '`muster store status` shows the horizon; `muster store history KEY` shows what was kept below it.',
      '`muster store status` 显示水平线；`muster store history KEY` 显示水平线以下保留的内容。',
    ),
  },
  MUS0205: {
    title: text('That revision is not reached yet', '尚未到达该修订号'),
    exit: EXIT.timeout,
    meaning: text('The store has not come to that revision yet.', '存储尚未到达该修订号。'),
    causes: text('A typing mistake, or a revision of another store.', '输入有误，或者是另一个存储的修订号。'),
    cure: text('`muster store status` shows the newest revision.', '`muster store status` 显示最新的修订号。'),
  },
  MUS0206: {
    title: text('The request breaks a rule', '请求违反了规则'),
    exit: EXIT.error,
    meaning: text(
      'The server refused the request before trying it. Nothing was written.',
      '服务器在尝试之前就拒绝了请求。没有写入任何内容。',
    ),
    causes: text(
      'A field is missing, unknown or outside its limits; the message names it.',
      '某个字段缺失、未知或超出限制；消息中指出了是哪一个。',
    ),
    cure: text('Mend the named field and try again.', '修正指出的字段后重试。'),
  },
  MUS0207: {
    title: text('Too large', '内容过大'),
    exit: EXIT.error,
    meaning: text(
      'One commit carries at most 1 MiB, keys and causes included. Nothing was written.',
      '一次提交最多 1 MiB，包括键与原因。没有写入任何内容。',
    ),
    causes: text('The value is a file that belongs elsewhere.', '该值是一个应存放在别处的文件。'),
    cure: text(
      'Store the large part elsewhere and keep its address and digest here.',
      '把大的部分存到别处，这里只保存它的地址与摘要。',
    ),
  },
  MUS0208: {
    title: text('The server has too much to do', '服务器过于繁忙'),
    exit: EXIT.error,
    meaning: text(
      'More writes wait for the disk than the server lets wait. Nothing was written.',
      '等待写盘的写入超过了服务器允许的数量。没有写入任何内容。',
    ),
    causes: text('A burst of writers, or a slow disk.', '写入者突增，或磁盘缓慢。'),
    cure: text('Try again in a moment.', '稍后重试。'),
  },
  MUS0209: {
    title: text('The disk is full', '磁盘已满'),
    exit: EXIT.error,
    meaning: text(
      'The write was not made. Reads go on, everything acknowledged is there, and writes resume when there is room.',
      '写入未执行。读取照常进行，所有已确认的内容都在；有空间后写入会恢复。',
    ),
    causes: text('The file system of the store has no room left.', '存储所在的文件系统没有剩余空间。'),
    cure: text(
      'Make room on that file system, or let go of old history: `muster store compact --keep-last N`.',
      '在该文件系统上腾出空间，或丢弃旧历史：`muster store compact --keep-last N`。',
    ),
  },
  MUS0210: {
    title: text('The store file was refused', '存储文件被拒绝'),
    exit: EXIT.error,
    meaning: text(
      'The file is damaged, is not a Muster store, or was written by a newer Muster. It was left untouched.',
      '文件已损坏、不是 Muster 存储，或由更新版本的 Muster 写入。文件未被改动。',
    ),
    causes: text(
      'A newer Muster ran here; a disk lost data; another file has this name.',
      '更新版本的 Muster 在此运行过；磁盘丢失了数据；或其他文件占用了这个名字。',
    ),
    cure: text(
      'Use the newer Muster, or restore a snapshot into another directory.',
      '使用更新版本的 Muster，或把快照恢复到另一个目录。',
    ),
  },
  MUS0211: {
    title: text('Another process has this store open', '另一个进程已打开此存储'),
    exit: EXIT.error,
    meaning: text(
      'One process at a time owns a store directory. Nothing was started or changed.',
      '同一时间只有一个进程拥有一个存储目录。没有启动或更改任何东西。',
    ),
    causes: text('A store server runs on the same directory.', '已有存储服务器在使用同一目录。'),
    cure: text(
      'Use the server that runs (`muster store status`), stop it, or take another `--directory`.',
      '使用正在运行的服务器（`muster store status`）、停止它，或换一个 `--directory`。',
    ),
  },
  MUS0212: {
    title: text('No answer in time', '未在时限内得到应答'),
    exit: EXIT.timeout,
    meaning: text(
      'Whether the write became durable is not known. It is never applied twice: it carries a token.',
      '无法得知写入是否已持久化。它绝不会被应用两次：它带有一个令牌。',
    ),
    causes: text(
      'The server is stalled, its disk is slow, or it stopped at that moment.',
      '服务器停顿、磁盘缓慢，或恰好在那一刻停止。',
    ),
    cure: text(
      '`muster store history KEY` tells whether it is there.',
      '`muster store history KEY` 可以说明它是否存在。',
    ),
  },
  MUS0213: {
    title: text('The server cannot serve now', '服务器目前无法提供服务'),
    exit: EXIT.error,
    meaning: text(
      'The server is closing, or its store has stopped after an error of the disk.',
      '服务器正在关闭，或其存储在磁盘出错后已停止。',
    ),
    causes: text(
      '`muster store status` and the log of the server say which.',
      '`muster store status` 与服务器日志会说明是哪一种。',
    ),
    cure: text(
      'Start it again with `muster store serve`; opening the store tells what is durable.',
      '用 `muster store serve` 重新启动；打开存储时会确定哪些内容已持久化。',
    ),
  },
  MUS0214: {
    title: text('No such lease', '没有这个租约'),
    exit: EXIT.error,
    meaning: text(
      'The lease has ended, and the keys that were put with it are gone.',
      '租约已经结束，随它写入的键也已消失。',
    ),
    causes: text('It was not kept alive in time, or was revoked.', '它没有被及时续期，或已被撤销。'),
    cure: text(
      'Grant a new one: `muster store lease grant SECONDS`.',
      '授予一个新的租约：`muster store lease grant SECONDS`。',
    ),
  },
  MUS0901: {
    title: text('A fault of Muster', 'Muster 自身的缺陷'),
    exit: EXIT.error,
    meaning: text('Something happened that Muster does not expect of itself.', '发生了 Muster 自身未预料到的事情。'),
    causes: text('A bug.', '程序缺陷。'),
    cure: text('Report it with the lines that were printed.', '请附上所打印的内容进行报告。'),
  },
} as const satisfies Readonly<Record<string, Page>>
