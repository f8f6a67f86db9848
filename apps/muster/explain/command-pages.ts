/** The pages about Muster's own start and its command line: MUS00.. and MUS01.. */
import { EXIT } from '../exit-codes.ts'
import { text } from '../terminal/language.ts'
import type { Page } from './page.ts'

/** Pages by code. */
export const COMMAND_PAGES = {
  MUS0001: {
    title: text('This Node is too old', 'Node 版本过低'),
    exit: EXIT.error,
    meaning: text(
      'Muster needs Node 24.15 or later: it uses the SQLite that is built into Node. Nothing was started.',
      'Muster 需要 Node 24.15 或更高版本：它使用 Node 内置的 SQLite。没有启动任何东西。',
    ),
    causes: text(
      "The machine's own Node is first on the PATH, or `npm ci` was not run in the repository.",
      'PATH 中排在最前的是系统自带的 Node，或者没有在仓库中运行 `npm ci`。',
    ),
    cure: text(
      'In the repository, `npm ci` brings the right Node on Linux and Windows. Elsewhere, install Node 24.15 or later.',
      '在仓库中，`npm ci` 会在 Linux 和 Windows 上带来合适的 Node。其他情况请安装 Node 24.15 或更高版本。',
    ),
  },
  MUS0003: {
    title: text('The port is in use', '端口已被占用'),
    exit: EXIT.error,
    meaning: text(
      'Another process listens on the address that the server was to listen on. Nothing was started or changed.',
      '另一个进程正在监听该服务器要使用的地址。没有启动或更改任何东西。',
    ),
    causes: text(
      'A server runs already, perhaps in another terminal; or another program uses the port.',
      '可能已有一个服务器在运行（也许在另一个终端里），或者其他程序占用了该端口。',
    ),
    cure: text(
      'Ask the one that runs with `muster status` or `muster store status`, or start another with `--port 0`, which takes a free port.',
      '用 `muster status` 或 `muster store status` 查询正在运行的服务器，或用 `--port 0` 另起一个，它会选择空闲端口。',
    ),
  },
  MUS0101: {
    title: text('The command line was not understood', '无法理解命令行'),
    exit: EXIT.error,
    meaning: text(
      'A command, argument or flag is unknown, missing or not of the right form. Nothing was done.',
      '某个命令、参数或选项未知、缺失或格式不对。什么都没有执行。',
    ),
    causes: text(
      'A typing mistake; or a value that starts with a dash, which needs `--` before it.',
      '输入有误；或者值以短横线开头，需要在它前面加上 `--`。',
    ),
    cure: text('Add `--help` to the command to see its arguments.', '在命令后加上 `--help` 查看它的参数。'),
  },
  MUS0102: {
    title: text('Refused without a yes', '未经确认，已拒绝'),
    exit: EXIT.refused,
    meaning: text(
      'The command gives something up for good, and nobody has said yes to that. Nothing was changed.',
      '该命令会永久放弃一些内容，而尚未得到确认。没有更改任何东西。',
    ),
    causes: text(
      'Compaction lets go of history, and `down --purge` of a whole control plane; both say what would go, and ask for `--yes`.',
      '压缩会丢弃历史记录，`down --purge` 会删除整个控制平面；两者都先说明将丢弃什么，然后要求 `--yes`。',
    ),
    cure: text(
      'Read what would go; then run the command that was printed.',
      '看清将被丢弃的内容，然后运行所打印的命令。',
    ),
  },
  MUS0103: {
    title: text('Refused to listen beyond this machine', '拒绝在本机之外监听'),
    exit: EXIT.refused,
    meaning: text(
      'The store server has no authentication yet: whoever reaches its port can read and write everything. ' +
        'So it listens on loopback addresses only.',
      '存储服务器目前没有身份认证：任何能访问其端口的人都可以读写全部数据。因此它只监听回环地址。',
    ),
    causes: text(
      '`--listen` names an address that other machines can reach.',
      '`--listen` 指定了其他机器可以访问的地址。',
    ),
    cure: text(
      'Leave `--listen` out. To accept the risk in a network that you trust, add `--listen-anywhere`.',
      '去掉 `--listen`。如果在可信网络中愿意承担风险，请加上 `--listen-anywhere`。',
    ),
  },
  MUS0104: {
    title: text('No such page', '没有这一页'),
    exit: EXIT.error,
    meaning: text('No trouble has this code.', '没有任何问题使用这个代码。'),
    causes: text(
      'A typing mistake, or a code of another version of Muster.',
      '输入有误，或者是其他版本 Muster 的代码。',
    ),
    cure: text('`muster explain` lists every code.', '`muster explain` 会列出所有代码。'),
  },
  MUS0105: {
    title: text('Nothing to play yet', '暂时没有可演示的内容'),
    exit: EXIT.error,
    meaning: text(
      'No capability of that system works in this version, so its tour would show nothing true.',
      '该系统在此版本中还没有可用的能力，因此演示不会展示任何真实的东西。',
    ),
    causes: text('The system is planned and not built.', '该系统已在计划中，尚未构建。'),
    cure: text('`muster tour` lists what works today.', '`muster tour` 会列出目前可用的内容。'),
  },
  MUS0106: {
    title: text('The tour ended in FAIL', '演示以 FAIL 结束'),
    exit: EXIT.gate,
    meaning: text(
      'A step of the tour did not show what it promises. This is a fault of Muster or of this machine, never of yours.',
      '演示的某一步没有展示出它所承诺的结果。这是 Muster 或这台机器的问题，绝不是你的问题。',
    ),
    causes: text(
      'A bug; a machine so busy that a step ran out of time; a temporary directory that is full or cannot be written.',
      '程序缺陷；机器过于繁忙导致某一步超时；临时目录已满或不可写。',
    ),
    cure: text(
      'Run it again on a quiet machine. If it fails again, report the step that is marked as failed.',
      '在空闲的机器上再运行一次。如果仍然失败，请报告标记为失败的那一步。',
    ),
  },
  MUS0107: {
    title: text('A file is in the way', '文件已存在'),
    exit: EXIT.error,
    meaning: text(
      'The file or directory to be written exists already. Muster never writes over it; nothing was changed.',
      '要写入的文件或目录已经存在。Muster 绝不会覆盖它；没有更改任何东西。',
    ),
    causes: text('The command was run before with the same name.', '之前用同样的名字运行过该命令。'),
    cure: text('Choose another name, or remove the file yourself.', '换一个名字，或自行删除该文件。'),
  },
  MUS0108: {
    title: text('A file cannot be read or written', '文件无法读写'),
    exit: EXIT.error,
    meaning: text('The operating system refused a file of this command.', '操作系统拒绝了该命令对文件的访问。'),
    causes: text(
      'The path does not exist, the rights do not suffice, or the disk is full.',
      '路径不存在、权限不足，或磁盘已满。',
    ),
    cure: text('Mend what the message names, then run it again.', '修复消息中指出的问题，然后重新运行。'),
  },
} as const satisfies Readonly<Record<string, Page>>
