/** The pages about control planes of this machine: MUS0109 to MUS0119. */
import { EXIT } from '../exit-codes.ts'
import { text } from '../terminal/language.ts'
import type { Page } from './page.ts'

/** Pages by code. */
export const CONTROL_PLANE_PAGES = {
  MUS0109: {
    title: text('No control plane runs', '控制平面没有运行'),
    exit: EXIT.error,
    meaning: text(
      'The command speaks to a control plane of this machine, and none of that name runs.',
      '该命令需要与本机的控制平面通信，而没有该名称的控制平面在运行。',
    ),
    causes: text(
      'It was stopped, it was killed, the machine was started anew, or `--home` or `--name` names another one.',
      '它被停止或被杀死、机器重新启动过，或者 `--home`、`--name` 指定了另一个控制平面。',
    ),
    cure: text(
      '`muster up --detach` starts it where it was: nothing that was acknowledged is lost.',
      '`muster up --detach` 会从原处启动它：已确认的内容不会丢失。',
    ),
  },
  MUS0110: {
    title: text('kubectl was not found', '没有找到 kubectl'),
    exit: EXIT.error,
    meaning: text(
      'Verbs such as `get`, `apply` and `logs` are handed over to your kubectl, and there is none on the PATH.',
      '`get`、`apply`、`logs` 等命令会交给您的 kubectl 执行，而 PATH 中没有它。',
    ),
    causes: text('kubectl is not installed, or lies elsewhere.', 'kubectl 没有安装，或者安装在别处。'),
    cure: text(
      'Install kubectl 1.27 or later from https://kubernetes.io/docs/tasks/tools/, or name it in the variable KUBECTL.',
      '从 https://kubernetes.io/zh-cn/docs/tasks/tools/ 安装 kubectl 1.27 或更高版本，或用变量 KUBECTL 指定它。',
    ),
  },
  MUS0111: {
    title: text('The control plane did not start', '控制平面没有启动'),
    exit: EXIT.error,
    meaning: text(
      'The process in the background ended before it was ready, or is not ready yet. Its last words are shown.',
      '后台进程在就绪之前结束，或尚未就绪。上面显示了它最后的输出。',
    ),
    causes: text(
      'A port that is taken, a file that cannot be read, a disk that is full: the last words say which.',
      '端口被占用、文件无法读取或磁盘已满：最后的输出会说明是哪一种。',
    ),
    cure: text(
      'Mend what they name. `muster up` without `--detach` shows all that it says; `muster doctor` checks the machine.',
      '修复其中指出的问题。不带 `--detach` 的 `muster up` 会显示全部输出；`muster doctor` 会检查本机。',
    ),
  },
  MUS0112: {
    title: text('The control plane does not end', '控制平面无法结束'),
    exit: EXIT.timeout,
    meaning: text(
      'The process was asked to end and then killed, and is still there.',
      '已要求该进程结束并随后强制终止，但它仍然存在。',
    ),
    causes: text(
      'It waits for a disk that does not answer, or belongs to another user.',
      '它在等待没有响应的磁盘，或者属于另一个用户。',
    ),
    cure: text(
      'Look at the disk, or end it as the user whose it is; then run `muster down` again.',
      '检查磁盘，或以其所属用户的身份结束它，然后再次运行 `muster down`。',
    ),
  },
  MUS0113: {
    title: text('State of two versions', '存在两个版本的状态'),
    exit: EXIT.conflict,
    meaning: text(
      'An older Muster kept its state at the top of the home, and there is a newer state too. Nothing was moved further.',
      '旧版 Muster 把状态放在主目录顶层，而同时又存在新的状态。没有再移动任何内容。',
    ),
    causes: text(
      'An older Muster was started after a newer one had moved its state.',
      '在新版移动状态之后，又启动过旧版 Muster。',
    ),
    cure: text(
      'Keep the one that you want and move the other away; or start with another `--home`.',
      '保留需要的一份并移走另一份；或者使用另一个 `--home` 启动。',
    ),
  },
  MUS0115: {
    title: text('The demo waits for a node', '示例正在等待节点'),
    exit: EXIT.ok,
    meaning: text(
      'The objects of the demo are in the cluster, and no node is there to run its pods.',
      '示例的对象已在集群中，但没有节点来运行它的 Pod。',
    ),
    causes: text('The cluster has no nodes yet.', '集群中还没有节点。'),
    cure: text(
      'Join a node that has the images `host/shop-*` in its image map; the pods start by themselves.',
      '加入一个映像表中含有 `host/shop-*` 的节点；Pod 会自行启动。',
    ),
  },
  MUS0116: {
    title: text('A kubeconfig entry is in the way', 'kubeconfig 条目冲突'),
    exit: EXIT.refused,
    meaning: text(
      'The file has an entry of the same name that leads to another machine. Nothing was changed.',
      '该文件中有一个同名条目，指向另一台机器。没有更改任何东西。',
    ),
    causes: text(
      'A Muster of another machine was added to this file before.',
      '之前把另一台机器上的 Muster 加入过该文件。',
    ),
    cure: text(
      'Rename that entry, or add `--yes` to replace it. The file is copied beside before it is changed.',
      '重命名该条目，或加上 `--yes` 将其替换。更改之前会在旁边备份该文件。',
    ),
  },
  MUS0117: {
    title: text('No addresses for a member cluster', '成员集群没有可用的地址'),
    exit: EXIT.error,
    meaning: text(
      'Pods and services of a member cluster have addresses of this machine’s loopback, and none could be had for it. Nothing was started.',
      '成员集群的 Pod 和服务使用本机回环地址，但没有可用的地址。没有启动任何东西。',
    ),
    causes: text(
      'Another control plane on this machine has the addresses that this one had; or this system binds no other address than 127.0.0.1, as macOS does.',
      '本机上的另一个控制平面占用了这些地址；或者系统只允许绑定 127.0.0.1（例如 macOS）。',
    ),
    cure: text(
      'Stop the other control plane (`muster down --name NAME`), or start without the demo: `muster up`.',
      '停止另一个控制平面（`muster down --name NAME`），或者不带示例启动：`muster up`。',
    ),
  },
  MUS0118: {
    title: text('A cluster cannot be reached', '无法连接到集群'),
    exit: EXIT.error,
    meaning: text(
      'The cluster that was to be connected did not answer as a Kubernetes does. Nothing was written down, and nothing changed.',
      '要连接的集群没有像 Kubernetes 那样应答。没有记录任何内容，也没有任何更改。',
    ),
    causes: text(
      'It does not run, its address is of another network, its certificate or the credential has expired, or a program that makes the credential failed.',
      '它没有运行、地址属于另一个网络、证书或凭据已过期，或者生成凭据的程序失败了。',
    ),
    cure: text(
      'What the reason says. `kubectl --context NAME version` goes the same way; once that works, `muster connect` does.',
      '按原因处理。`kubectl --context NAME version` 走的是同一条路；它能用时，`muster connect` 也能用。',
    ),
  },
  MUS0119: {
    title: text('There is no such member', '没有这个成员'),
    exit: EXIT.error,
    meaning: text(
      'No cluster of this name is a member of this control plane. Nothing was changed.',
      '该控制平面没有这个名称的成员集群。没有更改任何东西。',
    ),
    causes: text(
      'The name is that of a context and not of the member, or it was disconnected before.',
      '该名称是上下文的名称而不是成员的名称，或者它已被断开。',
    ),
    cure: text('`kubectl get clusters` lists the members.', '`kubectl get clusters` 列出所有成员。'),
  },
} as const satisfies Readonly<Record<string, Page>>
